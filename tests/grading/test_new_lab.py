"""Adding a lab is adding a folder: builder, check and grader find it, and no other file changes."""

import csv
import shutil
import subprocess
import sys

import pytest
from grading_help import LAB, NAME, RIGHT, ROOT, boxes, hand_in, needs_sandbox, notebook

LEFT_OUT = shutil.ignore_patterns("__pycache__", "lab[2-9]")  # one lab beside it is enough


def _files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of what labs are made of, before the lab; and the same with the lab, built."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("instructor", "siamese_lib", "notebooks/labs", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    shutil.copy(ROOT / "pyproject.toml", folder)  # it says whether a notebook has badges
    before = _files(folder)
    shutil.copytree(LAB, folder / "instructor/labs/lab97")
    _run(folder, "-m", "instructor.build_checks", "lab97")
    return folder, before


def _run(folder, *words):
    done = subprocess.run([sys.executable, *map(str, words)], cwd=folder, capture_output=True,
                          text=True)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_builder_writes_its_notebook_and_its_table_and_touches_nothing_else(copy):
    folder, before = copy
    after = _files(folder)
    assert {name: after[name] for name in before} == before
    new = {name for name in after.keys() - before.keys() if "instructor/labs/lab97/" not in name}
    assert new == {f"notebooks/labs/{NAME}", "siamese_lib/checks/lab_data/lab97.json"}
    assert "SOLUTION" not in after[f"notebooks/labs/{NAME}"].decode()


def test_its_check_knows_right_answers_and_mistakes(copy):
    code = (
        'from siamese_lib.checks import check\nimport numpy as np\ncheck("lab97.1", weighted_mean)'
    )
    wrong = "weighted_mean = lambda values, weights: values.mean()"
    assert "right, 2 of 2 cases" in _run(copy[0], "-c", f"{RIGHT}\n{code}")
    assert "the weights are not used" in " ".join(_run(copy[0], "-c", f"{wrong}\n{code}").split())


@needs_sandbox()
def test_the_grader_finds_it(copy, tmp_path):
    hand_in(tmp_path / "handed", "ada", notebook(RIGHT))
    _run(copy[0], "-m", "instructor.grading.grade", tmp_path / "handed", "--out", tmp_path / "out",
         "--boxes", boxes())  # fmt: skip
    with (tmp_path / "out/grades.csv").open() as table:
        (row,) = csv.DictReader(table)
    assert (row["lab"], row["97.1"], row["97.2"]) == ("lab97", "10", "0")
