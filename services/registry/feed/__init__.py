"""The police list feed: a file is read whole, its rows matched to persons, and applied so that it can be resumed."""
