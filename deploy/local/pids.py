"""Processes apart from this one: started in a session of their own, told from strangers, ended with their children."""

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from deploy.local.deadline import holds_within

# Names the part that a process belongs to: set when it starts, passed on to its children, and no stranger has it.
MARK = "AFTERCARE_PART"
# A stepped clock moves a start time a little; a pid does not come round to another process so soon.
STARTED_TOLERANCE_SECONDS = 2.0
KILL_SECONDS = 10.0


def spawn(argv: tuple[str, ...], environment: Mapping[str, str], log: Path) -> psutil.Process:
    """Start a program that outlives this process and its terminal; what it prints is appended to the log."""
    pid = os.posix_spawn(
        argv[0],
        argv,
        environment,
        setsid=True,
        setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE],
        setsigmask=[],
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )
    return psutil.Process(pid)


def same_process(pid: int, started: float) -> psutil.Process | None:
    """The live process that had this pid at that time; None when it ended, whoever has the pid now."""
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - started) > STARTED_TOLERANCE_SECONDS or is_gone(process):
            return None
    except psutil.NoSuchProcess:
        return None
    return process


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended; a dead child of ours is reaped, a zombie of others counts as dead."""
    with suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
        process.wait(0)
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def marked(folder: Path) -> dict[str, list[psutil.Process]]:
    """Live processes by the part of this folder whose mark they carry, oldest first, whoever started or noted them."""
    found: dict[str, list[psutil.Process]] = {}
    for process in sorted(psutil.process_iter(["environ", "create_time"]), key=lambda one: one.info["create_time"]):
        part = Path((process.info["environ"] or {}).get(MARK, ""))
        if part.parent == folder and not is_gone(process):
            found.setdefault(part.name, []).append(process)
    return found


def leads(process: psutil.Process) -> bool:
    """Whether a process is what `spawn` started, and not a child of that."""
    with suppress(ProcessLookupError):
        return bool(os.getsid(process.pid) == process.pid)
    return False


def with_children(processes: Sequence[psutil.Process]) -> set[int]:
    """The pids of processes and of all below them."""
    return {one.pid for process in processes for one in _family(process)}


def ask_to_end(processes: Sequence[psutil.Process], how: int, seconds: float) -> None:
    """Signal processes and wait for them; what is left of them and their children after that is killed."""
    family = [one for process in processes for one in _family(process)]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(how)
    if not holds_within(seconds, lambda: all(is_gone(process) for process in processes)):
        _kill(family)


def kill(process: psutil.Process) -> None:
    """SIGKILL a process with all its children, as a power cut would end them, and wait until they are gone."""
    _kill(_family(process))


def working_in(folder: Path, program: str) -> list[int]:
    """Pids of the live processes of that program whose working folder is this one."""
    found = psutil.process_iter(["pid", "name", "cwd"])
    return [one.info["pid"] for one in found if one.info["name"] == program and one.info["cwd"] == str(folder)]


def _family(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return [process, *process.children(recursive=True)]
    return [process]


def _kill(family: list[psutil.Process]) -> None:
    for process in family:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    holds_within(KILL_SECONDS, lambda: all(is_gone(process) for process in family))
