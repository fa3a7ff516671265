"""The rules of the house as tests, each with a planted breach that is seen to fail."""
