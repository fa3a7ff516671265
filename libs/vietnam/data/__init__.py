"""Committed data files of `libs.vietnam`, and the scripts that build them; see SOURCES.md."""
