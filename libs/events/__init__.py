"""Event sourcing: journal, relay, follower, projections and the published contracts."""
