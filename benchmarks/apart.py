"""Work in a process of its own, begun afresh: what one contestant leaves in memory slows no other."""

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from libs.events.worker import collect_seldom

SECONDS_MAX = 900
_processes = get_context("spawn")
make_flag = _processes.Event


class Apart:
    """A process that runs `work(*given, send)` and tells what it has to say through `send`."""

    def __init__(self, work: Callable[..., None], *given: Any) -> None:
        self._here, there = _processes.Pipe(duplex=False)
        self._process = _processes.Process(target=_run, args=(work, given, there))
        self._process.start()
        there.close()

    def hear(self) -> Any:
        """The next thing that it sends; EOFError when it failed, its traceback on standard error."""
        if not self._here.poll(SECONDS_MAX):
            self._process.kill()
            raise TimeoutError(f"a lap took more than {SECONDS_MAX} s")
        return self._here.recv()

    def join(self) -> None:
        """Wait until it has ended."""
        self._process.join(SECONDS_MAX)
        self._here.close()


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """What `work(*given)` returns, run in a process of its own."""
    other = Apart(_answer, work, given)
    answer = other.hear()
    other.join()
    return answer


def _run(work: Callable[..., None], given: tuple[Any, ...], there: Connection) -> None:
    collect_seldom()  # As in our workers, and the same for everyone.
    work(*given, there.send)


def _answer(work: Callable[..., Any], given: tuple[Any, ...], send: Callable[[Any], None]) -> None:
    send(work(*given))
