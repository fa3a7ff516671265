"""The library under a seeded scheduler: real code, in a world where everything that can happen does."""
