"""Tests of the registry's routes, over its app with real databases."""
