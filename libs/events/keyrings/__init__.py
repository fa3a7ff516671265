"""What a keyring is made of: wrapping, a bounded memory of open keys, and proof that it is not too old."""
