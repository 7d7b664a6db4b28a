"""The staged copies of public files that some tests read."""

import os
from pathlib import Path

import pytest


def need_mirror(path: str) -> Path:
    """The file under SIAMESE_DATA_DIR; no download is ever tried.

    Where the variable is not set the test is skipped. Where it is set and the file is not
    there, the test fails in CI and is skipped elsewhere.
    """
    folder = os.environ.get("SIAMESE_DATA_DIR")
    if not folder:
        pytest.skip(f"SIAMESE_DATA_DIR is not set: no copy of {path} to test with")
    file = Path(folder) / path
    if not file.exists():
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"SIAMESE_DATA_DIR is {folder}, which holds no {path}")
    return file
