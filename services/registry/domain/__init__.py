"""The registry's aggregates: pure deciders, one file each."""
