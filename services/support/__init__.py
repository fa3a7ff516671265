"""The support service: vocational training for people under management."""
