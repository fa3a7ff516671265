"""Tests of the clubs' rules."""
