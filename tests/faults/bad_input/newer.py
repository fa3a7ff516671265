"""The counting service as its next release has it: a note is counted in version 2 of the event.

As a process: `newer api|worker NAME [SOURCE]`. In a test: `with newer_code(monkeypatch)`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from libs.events import event, upcasting
from tests.libs.events.sample import NoteCounted

WIRE, RELEASED = NoteCounted.contract.wire, NoteCounted.contract
NEWER = replace(RELEASED, version=2)


def as_it_was(data: dict[str, Any]) -> dict[str, Any]:
    """From version 1 to 2."""
    return data


@contextmanager
def newer_code(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process is of the next release while the block runs."""
    with patch.context() as newer:
        newer.setattr(NoteCounted, "contract", NEWER)
        newer.setitem(event._contracts, WIRE, NEWER)
        newer.setitem(upcasting._steps, (WIRE, 1), as_it_was)
        yield


if __name__ == "__main__":
    from tests.faults.process import main

    with newer_code(pytest.MonkeyPatch()):
        sys.exit(main(*sys.argv[1:]))
