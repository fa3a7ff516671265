"""The clubs' aggregates: pure deciders."""
