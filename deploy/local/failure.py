"""What the local stack says when it cannot do what was asked."""


class StackFailed(RuntimeError):
    """An expected failure; its message is one line that names what to look at or to set."""
