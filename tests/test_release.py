"""The learners' bundle holds what learners need, and no line of a solution or of a hidden input."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from instructor import release
from instructor.labs.find import find_labs

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release") / "learners"
    release.main(folder)
    return folder


def test_it_holds_what_learners_need(bundle):
    for name in ("README.md", "requirements.txt", "binder/postBuild", "notebooks/labs",
                 "siamese_lib/checks/lab_data", "siamese_lib/losses.py"):  # fmt: skip
        assert (bundle / name).exists(), name
    made = {path.stem for path in (bundle / "notebooks/labs").glob("*.ipynb")}
    assert {lab.notebook for lab in find_labs()} <= made


def test_it_names_nothing_of_the_instructor_s(bundle):
    assert not list(bundle.rglob("instructor*"))
    for path in bundle.rglob("*.py"):
        assert not re.search(r"^\s*(from|import) instructor", path.read_text(), re.M), path
    for target in release.TARGETS:
        assert not re.search(
            rf"^{target}:|make {target}\b", (bundle / "Makefile").read_text(), re.M
        )


def test_every_solution_and_hidden_input_is_looked_for():
    runs, public = release.secrets()
    count = sum(lab.master.read_text().count("### BEGIN SOLUTION") for lab in find_labs())
    assert len(runs) > count > 5
    telling = [line for run in runs for line in run if len(line) >= release.SHORTEST]
    assert sum(line not in public for line in telling) > 100


def _plant(name, text):
    def plant(folder, line):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("LINE", line) if name.endswith(".py") else text % line)

    return plant


PLANTS = {
    "a file": _plant("notebooks/labs/stray.py", "x = 1\nLINE\n"),
    "an output": lambda folder, line: _notebook(folder, {"outputs": [{"text": [line]}]}),
    "metadata": lambda folder, line: _notebook(folder, {"metadata": {"old": {"source": line}}}),
    "split in two": lambda folder, line: _notebook(folder, {"source": [line[:9], line[9:]]}),
    "spaced": lambda folder, line: _notebook(folder, {"source": line.replace(" ", "\n   ")}),
}


def _notebook(folder, cell):
    path = folder / "notebooks/labs/lab.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"cells": [cell]}))


@pytest.mark.parametrize("where", PLANTS)
def test_a_planted_solution_line_is_found(where, tmp_path):
    line = "total = (similarity * is_real).sum(axis=1)"
    PLANTS[where](tmp_path, line)
    assert release.find_leaks(tmp_path, [[release._bare(line)]], "")
    assert not release.find_leaks(tmp_path, [[release._bare(line)]], release._bare(line))


def test_a_copied_solution_is_found_in_the_course_s_own_text(tmp_path):
    runs, public = release.secrets()
    run = max(runs, key=len)
    path = tmp_path / "notebooks/scripts/04_x.py"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(run))
    assert release.find_leaks(tmp_path, runs, public)


def test_a_second_release_replaces_the_first_and_keeps_its_history(bundle):
    (bundle / "stray.txt").write_text("old")
    (bundle / ".git" / "kept").write_text("")
    release.main(bundle)
    assert not (bundle / "stray.txt").exists() and (bundle / ".git" / "kept").exists()


def test_it_overwrites_no_other_folder(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SystemExit, match="holds something else"):
        release.release(tmp_path)


def test_the_bundle_s_tests_can_be_collected(bundle):
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(words, cwd=bundle, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]


def test_the_bundle_passes_its_own_tests_of_links_commands_and_notebooks(bundle):
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not prints",
             *(f"tests/test_{name}.py" for name in ("docs", "package", "notebooks"))]  # fmt: skip
    words += ["--deselect", "tests/test_notebooks.py::test_the_other_data_sets_run_too"]
    done = subprocess.run(
        words, cwd=bundle, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(bundle)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_bundle_s_readme_speaks_to_learners(bundle):
    text = (bundle / "README.md").read_text()
    assert "instructor" not in text.lower() and "make grade" not in text
