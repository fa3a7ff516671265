"""A Kafka cluster in memory, for tests and simulation: the real `Log`, `Publisher` and `Member` run over it."""
