"""What a sandboxed process may not ask of the kernel, as a filter that bubblewrap installs.

Each of these would get round a limit: memory that no process shows as its own, another namespace
to mount things in, another core, or children whose computing time is lost. An honest lab needs
none of them.
"""

import errno
import platform
import struct

# Machine -> (its number, {call: number}).
X86_64 = (0xC000003E, {
    "memfd_create": 319, "memfd_secret": 447, "shmget": 29, "msgget": 68, "semget": 64,
    "mq_open": 240, "add_key": 248, "request_key": 249, "keyctl": 250, "io_uring_setup": 425,
    "userfaultfd": 323, "bpf": 321,
    "perf_event_open": 298, "ptrace": 101, "unshare": 272, "setns": 308, "mount": 165,
    "pivot_root": 155, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsmount": 432,
    "sched_setaffinity": 203, "sched_setattr": 314, "clone": 56, "clone3": 435, "rt_sigaction": 13,
})  # fmt: skip
AARCH64 = (0xC00000B7, {
    "memfd_create": 279, "memfd_secret": 447, "shmget": 194, "msgget": 186, "semget": 190,
    "mq_open": 180, "add_key": 217, "request_key": 218, "keyctl": 219, "io_uring_setup": 425,
    "userfaultfd": 282, "bpf": 280,
    "perf_event_open": 241, "ptrace": 117, "unshare": 97, "setns": 268, "mount": 40,
    "pivot_root": 41, "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsmount": 432,
    "sched_setaffinity": 122, "sched_setattr": 274, "clone": 220, "clone3": 435,
    "rt_sigaction": 134,
})  # fmt: skip
MACHINES = {"x86_64": X86_64, "aarch64": AARCH64, "arm64": AARCH64}
NAMESPACES = 0x7E020000  # the flags of clone that make a new one
SIGCHLD = 17  # where a process ignores it, its children's time is lost when they end
OTHER_CALLS = 0x40000000  # from this number on come the same calls once more, for x32
NUMBER, MACHINE, FIRST, SECOND, SECOND_HIGH = 0, 4, 16, 24, 28  # places in what a filter sees
LOAD, EQUAL, AT_LEAST, ANY_OF, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000


def is_known():
    """True where there is a filter for this processor."""
    return platform.machine() in MACHINES


def program():
    """The filter as bytes, for bwrap --seccomp. Raises KeyError on a processor without one."""
    machine, calls = MACHINES[platform.machine()]
    special = {"clone": _clone, "clone3": lambda: [(RETURN, 0, 0, REFUSE | errno.ENOSYS)]}
    special["rt_sigaction"] = _action
    lines = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, machine), (RETURN, 0, 0, KILL)]
    lines += [(LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, OTHER_CALLS), _refuse()]
    for name, number in calls.items():
        block = special.get(name, lambda: [_refuse()])()
        lines += [(EQUAL, 0, len(block), number), *block]
    lines.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def _refuse():
    return RETURN, 0, 0, REFUSE | errno.EPERM


def _clone():
    return [(LOAD, 0, 0, FIRST), (ANY_OF, 0, 1, NAMESPACES), _refuse(), (RETURN, 0, 0, ALLOW)]


def _action():
    """A process may ask how it handles SIGCHLD, but not change it."""
    return [
        (LOAD, 0, 0, FIRST), (EQUAL, 0, 5, SIGCHLD),
        (LOAD, 0, 0, SECOND), (EQUAL, 0, 2, 0),
        (LOAD, 0, 0, SECOND_HIGH), (EQUAL, 1, 0, 0), _refuse(),
        (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip
