"""What the registry publishes: persons, rehab episodes, post-rehab cases, tests, determinations and lists."""
