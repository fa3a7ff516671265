"""The clubs service: after-rehab clubs, their members and sessions."""
