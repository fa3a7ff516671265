"""Tests of support's rules."""
