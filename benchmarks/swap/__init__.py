"""Row 7: a group of projections rebuilt and swapped under readers and writers."""
