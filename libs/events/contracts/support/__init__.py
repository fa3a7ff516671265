"""What support publishes: who applied for vocational training, and what became of it."""
