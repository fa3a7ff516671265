"""Row 4: a rebuild of a row-per-event table with two workers; beside one follower and a COPY of the same rows."""
