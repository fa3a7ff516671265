"""The registry's own tables, written with each command; one file a table, with the reads of that table."""
