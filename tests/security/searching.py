"""Searching contents for one family of canaries."""

from collections.abc import Iterable

from tests.security.canaries import CONTROL, STORY, Hit
from tests.security.places import Content


def found(contents: Iterable[Content]) -> list[Hit]:
    """Every place where a canary of the story stands, with what stands around it."""
    return [hit for place, content in contents for hit in STORY.find(place, content)]


def places(contents: Iterable[Content]) -> set[str]:
    """Where a canary of the controls stands."""
    return {hit.place for place, content in contents for hit in CONTROL.find(place, content)}
