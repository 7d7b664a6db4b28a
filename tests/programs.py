"""What some tests need of the machine. In CI a missing one fails; elsewhere the test is skipped."""

import os
import shutil
from ctypes.util import find_library

import pytest


def need(*names):
    """Path of the first program found among names."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        _missing(" or ".join(names))
    return path


def need_library(name):
    """The shared library of that name is installed."""
    if find_library(name) is None:
        _missing(name)


def _missing(what):
    sentence = f"{what} is not installed; install it with your package manager"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
