"""The published language: every event of every service, one folder a producer."""
