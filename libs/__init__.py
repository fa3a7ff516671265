"""Shared by all services: the event library, law, people, sheets, Viet Nam's facts, and the web edge."""
