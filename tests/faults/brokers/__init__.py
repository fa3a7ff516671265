"""Rows that need three brokers."""
