"""What a sandbox uses, looked at from outside, where no process in it can make itself look smaller.

Computing time is that of all living processes, and of those that have ended: until their parent
collects one it is still listed, and from then on the parent's own count includes it. seccomp.py
sees to it that there is no third kind.
"""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

import psutil

MEGABYTE = 1 << 20
FILE = 4096  # bytes that a file counts for at least: even an empty one needs a record
SOCKET = 0.4  # megabytes that may wait in an open socket, in nobody's memory
FOLDERS = ("tmp", "dev/shm")


class Usage(NamedTuple):
    """Seconds computed, seconds waited for a core, megabytes of memory, megabytes in files."""

    computed: float
    waited: float
    memory: float
    files: float


def usage(pid, memory):
    """Usage of a process and all below it. memory: above it, shared memory is counted only once."""
    processes = []
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(pid)
        processes = [top, *top.children(recursive=True)]
    computed, resident = 0.0, 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            computed += sum(process.cpu_times()[:4])
            resident += process.memory_info().rss
    if resident > memory * MEGABYTE:  # this sum counts shared memory more than once
        resident = sum(map(_own_memory, processes))
    inside = [process.pid for process in processes[1:2]]  # bwrap's own child has the sandbox's view
    held = resident / MEGABYTE + sum(map(_in_sockets, inside))
    waited = sum(_waited(process.pid) for process in processes)
    return Usage(computed, waited, held, sum(map(_in_files, inside)))


def own_megabytes():
    """Memory of this process."""
    return psutil.Process().memory_info().rss / MEGABYTE


def _own_memory(process):
    with contextlib.suppress(psutil.Error):
        return process.memory_full_info().pss
    return 0


def _waited(pid):
    """Seconds in which its threads were ready to compute, and others had the core."""
    total = 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError, IndexError):
                total += int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[1])
    return total / 1e9


def _in_sockets(pid):
    with contextlib.suppress(OSError, ValueError, IndexError):
        return SOCKET * int(Path(f"/proc/{pid}/net/sockstat").read_text().split()[2])
    return 0.0


def _in_files(pid):
    """Megabytes that the scratch folders hold, deleted files and the many empty ones included."""
    held = 0
    for folder in FOLDERS:
        with contextlib.suppress(OSError):
            found = os.statvfs(Path("/proc", str(pid), "root", folder))
            held += max((found.f_blocks - found.f_bfree) * found.f_frsize,
                        (found.f_files - found.f_ffree) * FILE)  # fmt: skip
    return held / MEGABYTE
