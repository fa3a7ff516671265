"""PostgreSQL and Kafka themselves restarted and killed."""
