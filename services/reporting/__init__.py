"""The reporting service: indicators over the facts that the other services publish."""
