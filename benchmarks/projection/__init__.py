"""Row 3: a followed projection, one process; beside a ProjectionRunner and a bare consumer."""
