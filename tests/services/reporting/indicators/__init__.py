"""Indicators over small stories worked by hand."""
