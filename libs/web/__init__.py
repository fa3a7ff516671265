"""The REST edge that all services share: who may do what, what was read, what is refused, how fresh an answer is."""
