"""What the grading tests share: notebooks of the tests' lab, folders of them, and grading runs."""

import atexit
import copy
import csv
import functools
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LAB = HERE / "grading_lab" / "lab97"
NAME = "lab97_tiny.ipynb"
RIGHT = "def weighted_mean(values, weights):\n    return (values * weights).sum() / weights.sum()"
RIGHT_COSINES = (
    "def cosines(rows):\n"
    "    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)\n"
    "    return unit @ unit.T"
)


def needs_sandbox():
    """A mark that skips where there is no sandbox, except in CI, where that is a failure."""
    from instructor.grading import sandbox

    reason = sandbox.why_no_sandbox() if not os.environ.get("CI") else None
    return pytest.mark.skipif(bool(reason), reason=str(reason))


def notebook(first="...", second="..."):
    """The tests' lab with these answers to its two exercises, as a dict."""
    from instructor.labs.find import read_master

    found = json.loads(json.dumps(read_master(LAB / "lab97_tiny.py")))
    for cell in found["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = {"ex-97-1": first, "ex-97-2": second}.get(name, cell["source"])
    return found


def cell_of(book, grade_id):
    """(index, cell) of the cell with this id."""
    for index, cell in enumerate(book["cells"]):
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            return index, cell
    raise KeyError(grade_id)


def changed(book, change):
    """A copy on which change has been called."""
    book = copy.deepcopy(book)
    change(book)
    return book


def hand_in(folder, learner, content, name=NAME):
    """Writes one submission: a dict as JSON, or text."""
    place = Path(folder) / learner / name
    place.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    place.write_text(text, errors="surrogatepass")
    return place


@functools.cache
def boxes():
    """Where the boxes of all tests lie: to build one takes ten seconds."""
    folder = tempfile.mkdtemp(prefix="grading-boxes-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def box():
    """The box that grading runs use, too."""
    from instructor.grading.box import build_box

    return build_box(boxes(), ROOT / "siamese_lib")


def command(submissions, out, *more):
    own = ["--package", "grading_lab", "--path", HERE]
    own += ["--boxes", boxes()] if "--boxes" not in more else []
    words = [sys.executable, "-m", "instructor.grading.grade", submissions, "--out", out]
    return [str(word) for word in (*words, *own, *more)]


def grade(submissions, out, *more, **environment):
    """Runs make grade's program. Returns learner -> row of grades.csv; raises where it fails."""
    done = subprocess.run(
        command(submissions, out, *more), cwd=ROOT, capture_output=True, text=True,
        env=os.environ | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return rows(out)


def start(submissions, out, *more, **environment):
    """The same in the background; its messages go into OUT.txt."""
    with Path(f"{out}.txt").open("w") as log:
        return subprocess.Popen(command(submissions, out, *more), cwd=ROOT, stdout=log,
                                stderr=log, env=os.environ | environment)  # fmt: skip


def rows(out):
    """learner -> row of grades.csv."""
    text = (Path(out) / "grades.csv").read_text()
    return {row["learner"]: row for row in csv.DictReader(io.StringIO(text))}
