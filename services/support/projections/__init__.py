"""Support's tables: what it writes with each command, and what it knows of persons from the registry."""
