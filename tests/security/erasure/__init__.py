"""After an erasure nothing left anywhere says who the person was, no key that is left opens it, and all is counted."""
