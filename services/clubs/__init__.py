"""The clubs service: after-rehab clubs and their members."""
