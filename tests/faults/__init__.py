"""Proofs that a kill loses nothing and doubles nothing, and that each guard against it is needed."""
