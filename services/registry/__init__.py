"""The registry service: persons, post-rehab cases, tests and the police lists."""
