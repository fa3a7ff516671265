"""Tests of how the services are run."""
