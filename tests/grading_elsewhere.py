"""Makes this process look like one on Windows or macOS, then collects tests or starts the grader.

Usage: python grading_elsewhere.py win32|darwin collect TESTS...
       python grading_elsewhere.py win32|darwin grade
What others wrote is imported first, as it is here; from then on modules and names are missing.
"""

import contextlib
import importlib
import os
import runpy
import signal
import socket
import sys
import types

MODULES = {
    "win32": ["resource", "fcntl", "pwd", "grp", "termios", "pty", "tty", "curses", "syslog"]
}
NAMES = {
    "win32": [
        (os, "getuid geteuid getgid getgroups fork mkfifo chown statvfs killpg setsid uname "
             "sched_getaffinity O_NOFOLLOW O_NONBLOCK"),
        (signal, "SIGKILL SIGALRM SIGHUP"),
        (socket, "AF_UNIX"),
    ],
    "darwin": [(os, "sched_getaffinity O_TMPFILE memfd_create")],
}  # fmt: skip
OTHERS = "subprocess shutil tempfile asyncio ctypes zipfile difflib IPython jupytext nbformat zmq"
OTHERS += " flax.nnx optax nbgrader.apps nbgrader.api nbgrader.preprocessors psutil pytest tqdm"
OTHERS += " jupyter_client.session hypothesis.strategies playwright.sync_api"
OTHERS += " sklearn.feature_extraction.text"


class _Change:
    """A plugin of pytest's: only now, when pytest itself has started."""

    def pytest_collection(self):
        change()


def change():
    for name in MODULES.get(platform, ()):
        sys.modules[name] = None
    if platform == "win32":
        sys.modules["msvcrt"] = types.ModuleType("msvcrt")  # what Windows has and Linux lacks
    for module, names in NAMES[platform]:
        for name in names.split():
            with contextlib.suppress(AttributeError):
                delattr(module, name)
    sys.platform = platform


platform, what, *tests = sys.argv[1:]
if what == "collect":
    for name in OTHERS.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    import pytest

    words = ["--collect-only", "-q", "--assert=plain", "-W", "ignore", "-p", "no:cacheprovider"]
    sys.exit(pytest.main([*words, *tests], plugins=[_Change()]))
for name in OTHERS.split()[:4]:
    importlib.import_module(name)
change()
sys.argv = ["grade", "handed"]
runpy.run_module("instructor.grading.grade", run_name="__main__")
