"""What was released stays as it was, and what follows can be read."""
