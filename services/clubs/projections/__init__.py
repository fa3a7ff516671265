"""The clubs' tables: what they write with each command, and what they know of persons from the registry."""
