"""Row 1: one event a transaction, sixteen writers, a reader checking; beside a recorder and plain inserts."""
