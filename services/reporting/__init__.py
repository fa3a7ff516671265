"""The reporting service: indicators over the facts that the registry publishes."""
