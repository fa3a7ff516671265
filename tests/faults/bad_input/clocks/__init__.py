"""Wall clocks that are wrong."""
