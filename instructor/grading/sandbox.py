"""The sandbox that a learner's kernel runs in: bubblewrap, another user, one core, hard limits.

Inside: a read-only system, the box's packages, an interpreter, and scratch folders in memory.
Not there at all: the course, the gradebook, the masters, other submissions, other
processes, every network, and every place on a disk that could be written to.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from instructor.grading import seccomp

MEGABYTE = 1 << 20
SYSTEM = ["/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/share/zoneinfo"]
FIRST_USER = 1_879_000_000  # no account's number: users 0 to 60,000 and systemd's lie far below
BOX = "/opt/box"  # where the sandbox has the packages
RUNTIME = "/tmp/kernel"  # sockets that nobody outside listens to
CONNECTION = "/opt/connection.json"  # and where the kernel reads what they are called
NO_LINUX = (
    "grading needs Linux, and this is {}: grade in a Linux container (started with --privileged) "
    "or, on Windows, in WSL"
)
HOW_TO_GET_IT = (
    "grading runs learners' code in a sandbox made by bubblewrap, and {}.\n"
    "On Debian or Ubuntu: apt install bubblewrap. In a container: start it with --privileged.\n"
    "UNSAFE=1 (--unsafe) grades without a sandbox: submissions can then read and delete all that "
    "you can, grades included."
)


class Limits(NamedTuple):
    """What one submission may use. memory, files and scratch in megabytes."""

    total_seconds: float = 600  # all cells and questions together, apart from waiting for a core
    memory: int = 3072  # all its processes together
    address_space: int = 6144  # one process; numpy and jax reserve more than they use
    processes: int = 128  # with threads
    open_files: int = 512  # of a process
    file_size: int = 64
    scratch: int = 256
    reply: int = 32


def require_linux():
    """Raises RuntimeError elsewhere: neither with nor without a sandbox does grading work there."""
    if not sys.platform.startswith("linux"):
        raise RuntimeError(NO_LINUX.format(sys.platform))


def why_no_sandbox():
    """None where the sandbox works here, else the reason in words."""
    if not sys.platform.startswith("linux"):
        return f"that needs Linux; this is {sys.platform}"
    for tool in ("bwrap", "setpriv", "prlimit", "taskset"):
        if not shutil.which(tool):
            return f"there is no {tool} here"
    if not seccomp.is_known():
        return f"it knows no {platform.machine()}, only 64-bit processors of Intel's and ARM's kind"
    trial = ["bwrap", "--ro-bind", "/", "/", "--unshare-all", "--proc", "/proc", "true"]
    done = subprocess.run(trial, capture_output=True, text=True)
    if done.returncode:
        return f"bwrap does not work here ({done.stderr.strip()})"
    return None


def require_sandbox():
    """Raises RuntimeError, saying how to get it, where there is no sandbox."""
    require_linux()
    if reason := why_no_sandbox():
        raise RuntimeError(HOW_TO_GET_IT.format(reason))


def command(program, *, box, connection, refused, limits, slot):
    """The command line that runs a Python program (its arguments, a list) in the sandbox.

    box: site-packages; connection: a file to read; refused: a file descriptor that holds
    seccomp.program(). slot: a number that no other sandbox has at this time: each has a user of its
    own, so that the limit on processes of one is no limit to the next, and a core of its own, where
    there are enough.
    """
    apart = "--unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try"
    if os.getuid() != 0:  # root needs no user namespace, and could not change its user in one
        apart += " --unshare-user --disable-userns"
    cores = sorted(os.sched_getaffinity(0))
    return [
        *["taskset", "--cpu-list", str(cores[slot % len(cores)])],
        *f"bwrap {apart} --die-with-parent --new-session --clearenv --hostname box".split(),
        *["--seccomp", str(refused)],
        *_view(box, connection, limits),
        *_environment(),
        *_drop(slot),
        *_limit(limits),
        _python(),
        *["-S", "-s"],
        *program,
    ]


def plain_command(program):
    """The same without a sandbox, for --unsafe."""
    return [sys.executable, "-S", "-s", *program]


def plain_environment(box, scratch):
    """The environment for plain_command."""
    settings = dict(_settings(box, scratch), PATH=os.environ["PATH"])
    return settings | {"HOME": str(scratch), "TMPDIR": str(scratch)}


def limit_this_process(limits):
    """Limits without a sandbox: run in the new process, before it becomes a kernel."""
    import resource  # not there on Windows, where this module is still imported

    for name, most in _resources(limits):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (most, most))


def _user(slot):
    return FIRST_USER + slot


def _view(box, connection, limits):
    view = []
    for folder in ("/usr", "/usr/share", "/etc", "/opt"):  # what bwrap adds itself is root's alone
        view += ["--perms", "0755", "--dir", folder]
    for place in SYSTEM:
        if os.path.isdir(place):
            view += ["--ro-bind", place, place]
    for link in ("/bin", "/lib", "/lib32", "/lib64", "/sbin"):
        if os.path.islink(link):
            view += ["--symlink", os.readlink(link), link]
        elif os.path.isdir(link):
            view += ["--ro-bind", link, link]
    for package_folder in Path("/usr/lib").glob("python3*/*-packages"):
        view += ["--tmpfs", str(package_folder)]
    view += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    if _base() != "/usr":
        view += ["--ro-bind", _base(), "/opt/python"]
        for package_folder in Path(_base()).glob("lib/python3*/site-packages"):
            view += ["--tmpfs", f"/opt/python/{package_folder.relative_to(_base())}"]
    view += ["--proc", "/proc", "--dev", "/dev"]
    shared = limits.scratch * MEGABYTE // 4  # for what processes share by name
    for place, size in (("/dev/shm", shared), ("/tmp", limits.scratch * MEGABYTE - shared)):
        view += ["--size", str(size), "--perms", "1777", "--tmpfs", place]
    view += ["--ro-bind", str(box), BOX, "--ro-bind", str(connection), CONNECTION]
    return [*view, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]


def _environment():
    settings = _settings(BOX, "/tmp") | {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "TMPDIR": "/tmp"}
    if _base() != "/usr":
        settings["LD_LIBRARY_PATH"] = "/opt/python/lib"
    return [word for name, value in settings.items() for word in ("--setenv", name, value)]


def _settings(box, scratch):
    """One thread a submission: the grader fills the cores with submissions instead."""
    threads = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return {
        "PYTHONPATH": str(box),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "USER": "learner",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{scratch}/matplotlib",
        "IPYTHONDIR": f"{scratch}/ipython",
        "JUPYTER_RUNTIME_DIR": f"{scratch}/jupyter",
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": threads,
        "MALLOC_ARENA_MAX": "2",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _drop(slot):
    """Root's limits bind nobody: as root, become a user that exists nowhere else."""
    if os.getuid() != 0:
        return []
    user = f"--reuid={_user(slot)} --regid={_user(slot)} --clear-groups"
    return ["setpriv", *user.split(), *["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]]


def _limit(limits):
    return ["prlimit", *(f"--{name}={most}" for name, most in _resources(limits))]


def _resources(limits):
    """Names as prlimit and Python have them, in small letters."""
    return [
        ("as", limits.address_space * MEGABYTE),
        ("nproc", limits.processes),
        ("nofile", limits.open_files),
        ("fsize", limits.file_size * MEGABYTE),
        ("core", 0),
    ]


def _base():
    return sys.base_prefix


def _python():
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    return f"/usr/bin/{version}" if _base() == "/usr" else f"/opt/python/bin/{version}"
