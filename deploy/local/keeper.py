"""Keeps one command running, as a container's restart policy would: it ends, it is started again."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from deploy.local.deadline import holds_within

BACKOFF_SECONDS_MAX = 5.0
GOOD_RUN_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


def keep(command: list[str]) -> int:
    """Run the command until this process is told to stop, or the command ends well; the last exit code."""
    child: subprocess.Popen[bytes] | None = None
    stopping = False

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        if child is not None:
            child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    backoff = 0.2
    while True:
        started = time.monotonic()
        child = subprocess.Popen(command, preexec_fn=_ending_with(os.getpid()))  # noqa: S603, PLW1509 -- Our own command line; this process has one thread.
        if stopping:
            # The signal came when there was no child to pass it to.
            child.terminate()
        code = child.wait()
        if stopping or code == 0:
            return code
        backoff = 0.2 if time.monotonic() - started > GOOD_RUN_SECONDS else min(backoff * 2, BACKOFF_SECONDS_MAX)
        sys.stderr.write(f"{' '.join(command[-2:])} ended with {code}; it begins anew in {backoff:.1f} s\n")
        if holds_within(backoff, lambda: stopping):
            return code


def _ending_with(keeper: int) -> Callable[[], None] | None:
    """Have the child killed when its keeper is, however that ended: nobody would stop it, and another would be started.

    Only Linux can; elsewhere a killed keeper leaves its child.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != keeper:  # It was killed meanwhile.
            os._exit(1)

    return bind


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
