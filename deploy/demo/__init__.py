"""The demonstration: generated people on real units, a police list, two years of their cases, and the rates."""
