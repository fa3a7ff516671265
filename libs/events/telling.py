"""What may be said of an error where others read it: logs, and the reasons that events are parked for."""

from traceback import extract_tb


def told(error: Exception) -> str:
    """What an error is, in its own words only where they are ours: a library's can repeat what was stored."""
    kind = type(error)
    if kind.__module__.startswith("libs."):
        return f"{kind.__name__}: {error}"
    frames = extract_tb(error.__traceback__)
    return f"{kind.__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else kind.__name__
