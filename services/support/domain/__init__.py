"""Support's aggregates: pure deciders."""
