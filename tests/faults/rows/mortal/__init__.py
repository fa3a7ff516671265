"""Rows whose PostgreSQL is broken: each file has engines of its own."""
