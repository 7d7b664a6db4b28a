"""Off Linux: make grade says one sentence, and pytest collects all that has to do with grading."""

import os
import re
import subprocess
import sys

import pytest
from grading_help import HERE, ROOT

PLATFORMS = ["win32", "darwin"]


def _elsewhere(platform, *words):
    return subprocess.run(
        [sys.executable, HERE / "grading_elsewhere.py", platform, *words],
        cwd=ROOT, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.parametrize("platform", PLATFORMS)
def test_make_grade_says_one_sentence(platform):
    done = _elsewhere(platform, "grade")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.splitlines() == [
        f"grade: grading needs Linux, and this is {platform}: grade in a Linux container "
        "(started with --privileged) or, on Windows, in WSL"
    ]


def test_pytest_collects_the_tests():
    """On Windows, which has least of what Linux has."""
    found = [*HERE.glob("grading/test_*.py"), *HERE.glob("labs/test_*.py")]
    found.append(HERE / "repository" / "test_release.py")
    done = _elsewhere("win32", "collect", *map(str, sorted(found)))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert len(re.findall(r"^tests/\w+/test_", done.stdout, re.M)) == len(found)
