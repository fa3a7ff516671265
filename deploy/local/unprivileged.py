"""Runs a program as another user, for root: `python unprivileged.py USER PROGRAM [ARGUMENT …]`.

PostgreSQL refuses to run as root. The user is spared a change of permissions on the folders above (a
root's home is closed to others): the program keeps the one capability of reaching files of any owner.
"""

import ctypes
import os
import pwd
import sys
from contextlib import suppress

PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def become(user: str) -> None:
    """Turn this process from root into that user, able to reach files as root does where the system allows it."""
    account = pwd.getpwnam(user)
    kept = _call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    if kept:
        _keep(CAP_DAC_OVERRIDE)


def _keep(capability: int) -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bits = 1 << capability
    sets = (ctypes.c_uint32 * 6)(bits, bits, bits, 0, 0, 0)
    if _call("capset", header, sets):
        _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def _call(function: str, *arguments: object) -> bool:
    # Where there are no capabilities, the folder must be open to the user, and PostgreSQL says so if it is not.
    with suppress(AttributeError):
        return bool(getattr(ctypes.CDLL(None, use_errno=True), function)(*arguments) == 0)
    return False


if __name__ == "__main__":
    become(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  # The caller names the program.
