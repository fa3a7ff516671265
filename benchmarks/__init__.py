"""The figures of the design, as ratios beside named peers in one run: `python -m benchmarks`."""
