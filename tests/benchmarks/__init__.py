"""Benchmarks run, and are believed only when what they did is correct."""
