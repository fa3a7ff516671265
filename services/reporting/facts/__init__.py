"""Facts, not counters: one table per thing counted, with history, so that any rate can be drawn as known on any day."""

RATES = "rates"
SOURCE = "registry"
