"""Tests of the clubs, and what both twins are tested beside."""
