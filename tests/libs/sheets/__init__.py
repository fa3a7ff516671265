"""Tests of tables that come in."""
