"""Tests of the local stack, most of them on real engines."""
