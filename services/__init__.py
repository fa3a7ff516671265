"""The four services; each owns its data, and none imports another."""
