"""Events, settings and clocks that are wrong, and what comes of them."""
