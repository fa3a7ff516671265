"""The stack on one machine: a real PostgreSQL and a real Apache Kafka from Python packages."""
