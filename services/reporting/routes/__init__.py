"""Reporting's REST routes: indicators, and what lies behind their numbers."""
