"""Programs that some tests need. In CI a missing one fails; elsewhere the test is skipped."""

import os
import shutil

import pytest


def need(*names):
    """Path of the first program found among names."""
    for name in names:
        if path := shutil.which(name):
            return path
    sentence = f"{' or '.join(names)} is not installed; install it with your package manager"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
