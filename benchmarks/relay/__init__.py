"""Row 2: the relay, from the journal to committed records; beside a bare producer of the same bytes."""
