"""One progress file for the course: found from any folder, shared by kernels, never lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from siamese_lib import checks
from siamese_lib.checks import place, progress

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_name_by_hand(monkeypatch):
    """The file is found by the folders, as for a learner."""
    monkeypatch.delenv("SIAMESE_PROGRESS")


@pytest.fixture
def course(tmp_path):
    """A course folder as it is copied somewhere: two notebooks and the labs."""
    folder = tmp_path / "my course"
    (folder / "labs").mkdir(parents=True)
    for name in ("00_start_here.ipynb", "02_cosine_cost.ipynb", "labs/lab1_siamese_model.ipynb"):
        (folder / name).write_text('{"cells": []}')
    return folder


def test_the_notebooks_of_the_course_are_known_by_name():
    assert sorted(place.NOTEBOOKS) == sorted(p.name for p in ROOT.glob("notebooks/[0-9]*.ipynb"))


OLD = {
    "00": "start", "01": "architecture", "02": "cost", "03": "triplets", "04": "batch",
    "05": "questions", "06": "one_shot", "07": "contrastive", "08": "pairwise", "09": "choosing",
    "10": "debugging", "11": "scaling",
}  # fmt: skip


def test_ticks_from_when_exercises_had_a_number_stay_with_their_exercise(course, monkeypatch):
    """The names of 2026-11-28, each with the exercise that it named then."""
    counts = dict.fromkeys(OLD, 4) | {"00": 2, "11": 3}
    before = [f"{number}.{k}" for number in OLD for k in range(1, counts[number] + 1)]
    today = {f"{OLD[name[:2]]}{name[2:]}" for name in before} - {"one_shot.4"} | {"limits.1"}
    (course / ".progress.json").write_text(json.dumps([*before, "lab1.1"]))
    monkeypatch.chdir(course)
    assert progress.done() == today | {"lab1.1"}
    checks.check("02.4", 0.4)  # a notebook from then, kept by its learner
    assert json.loads((course / ".progress.json").read_text()) == sorted(today | {"lab1.1"})
    assert today <= {name for topic in progress.CORE for name in progress.exercises(topic)}


def test_a_pass_in_a_lab_reaches_the_map(course, monkeypatch, capsys):
    monkeypatch.chdir(course / "labs")
    checks.check("lab1.5", lambda v, e, h, n: v * e + sum(
        4 * h * ((e if k == 0 else h) + h + 1) for k in range(n)))  # fmt: skip
    monkeypatch.chdir(course)
    checks.check("cost.4", 0.4)
    assert ("lab1", 1, 5) in checks.course_progress() and ("cost", 1, 4) in checks.course_progress()
    assert progress.progress_file() == course / ".progress.json"
    assert not (course / "labs" / ".progress.json").exists()


@pytest.mark.parametrize(
    ("made", "started", "found"),
    [
        ("notebooks/00_start_here.ipynb", ".", "notebooks"),  # the repository's own folder
        ("notebooks/00_start_here.ipynb", "notebooks/labs/deep", "notebooks"),
        ("copy/00_start_here.ipynb", "copy", "copy"),
        ("03_triplets.ipynb", "labs", "."),  # part of the course, with no 00
        ("labs/lab2_modified_triplet_loss.ipynb", "labs", "labs"),  # a lab alone
        ("week1/02_cosine_cost.ipynb 00_start_here.ipynb", "week1", "."),  # 00 is nearer the truth
        ("01_introduction.ipynb", "elsewhere", "elsewhere"),  # somebody else's notebook
    ],
)
def test_the_course_is_found_from_any_folder(made, started, found, tmp_path, monkeypatch):
    for name in made.split(" "):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    (tmp_path / started).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(tmp_path / started)
    assert place.course_folder() == (tmp_path / found).resolve()


def test_a_name_by_hand_goes_first_and_an_empty_one_is_none(course, monkeypatch, tmp_path):
    monkeypatch.chdir(course)
    monkeypatch.setenv("SIAMESE_PROGRESS", str(tmp_path / "deep" / "mine.json"))
    progress.remember("cost.1")
    assert json.loads((tmp_path / "deep" / "mine.json").read_text()) == ["cost.1"]
    monkeypatch.setenv("SIAMESE_PROGRESS", "")
    assert progress.progress_file() == course / ".progress.json"


def test_files_of_the_time_when_each_folder_had_its_own_are_taken_in(course, monkeypatch):
    (course / ".progress.json").write_text('["cost.1"]')
    (course / "labs" / ".progress.json").write_text('["lab1.1", "lab2.3"]')
    monkeypatch.chdir(course)
    assert ("lab1", 1, 5) in checks.course_progress()
    progress.remember("cost.2")
    assert progress.done() == {"cost.1", "cost.2", "lab1.1", "lab2.3"}
    assert not (course / "labs" / ".progress.json").exists()
    checks.forget("lab2")  # and what was taken in does not come back
    assert progress.done() == {"cost.1", "cost.2", "lab1.1"}


MANY = """
import sys
from siamese_lib.checks import progress
for k in range(40):
    progress.remember(f"{sys.argv[1]}.{k}")
"""


def test_kernels_that_write_at_once_lose_no_pass(course):
    folders = [course, course / "labs", course, course / "labs"]
    kernels = [
        subprocess.Popen([sys.executable, "-c", MANY, f"{9 - n:02d}"], cwd=folder,
                         env={**os.environ, "PYTHONPATH": str(ROOT)})
        for n, folder in enumerate(folders)
    ]  # fmt: skip
    assert [kernel.wait(timeout=300) for kernel in kernels] == [0] * 4
    written = json.loads((course / ".progress.json").read_text())
    assert len(written) == 4 * 40
    assert not list(course.glob("**/*.part"))


@pytest.mark.parametrize(
    ("text", "legible"),
    [
        ('["start.1", "02.', {"start.1"}),  # cut off
        ("", set()),
        ("{", set()),
        ('{"cost.1": true}', {"cost.1"}),
        ("[1, 2]", set()),
        ('["lab2.3", "triplets.1"]}}', {"lab2.3", "triplets.1"}),
        (b"\xff\xfe\x00nonsense", set()),
        ("[" * 100_000, set()),
    ],
)
def test_a_damaged_file_crashes_no_check_and_is_kept_aside(
    text, legible, course, monkeypatch, capsys
):
    file = course / ".progress.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = file.read_bytes()
    monkeypatch.chdir(course)
    assert {n: p for n, p, _ in checks.course_progress()}["cost"] == len(
        {name for name in legible if name.startswith("cost")}
    )
    checks.check("cost.4", 0.4)
    assert progress.done() == legible | {"cost.4"}
    assert (course / ".progress.damaged.json").read_bytes() == before
    assert "damaged" in capsys.readouterr().out
    file.write_text("{")  # once more: what is aside stays
    progress.remember("cost.4")
    assert (course / ".progress.damaged.json").read_bytes() == before
    assert (course / ".progress.damaged-2.json").read_text() == "{"


def test_a_file_with_a_mark_in_front_is_whole(course, monkeypatch):
    (course / ".progress.json").write_bytes(b"\xef\xbb\xbf" + b'["cost.1"]')  # Notepad's
    monkeypatch.chdir(course)
    assert progress.done() == {"cost.1"}


def test_where_nothing_can_be_written_the_check_still_answers(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    (course / ".progress.json").mkdir()  # root may write anywhere, but not into a folder
    checks.check("cost.4", 0.4)
    said = capsys.readouterr().out
    assert "cost.4 by hand: right." in said
    assert "could not be noted down" in said and "SIAMESE_PROGRESS" in said
    assert ("cost", 0, 4) in checks.course_progress()
