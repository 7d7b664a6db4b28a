"""Hostile files, names, times and archives: none stops the run, hides another, or shows markup."""

import json
import os
import struct
import zipfile
import zlib

import pytest
from grading_help import NAME, RIGHT, RIGHT_COSINES, grade, hand_in, needs_sandbox, notebook

from instructor.grading import intake, submissions

GOOD = json.dumps(notebook(RIGHT, RIGHT_COSINES))


def _learners(folder):
    return submissions.find(folder)[0]


# names
@pytest.mark.parametrize(
    "name",
    ["a" * 255, "é" * 120, "=cmd()|calc", "-rf", "--due", "..", "@SUM(1)", "<script>x", "a\nb",
     "\udcff\udcfe", "CON", "a;=1+1", "‮ecila", "\x1b[2J"],
)  # fmt: skip
def test_any_name_gives_a_short_plain_id(name):
    learner, _ = submissions.whose((name, NAME))
    assert 0 < len(learner.encode()) <= submissions.LONGEST_ID
    assert learner[0] not in "=+-" and learner.isprintable()
    assert not set(learner) & set("<>&;,/\\'\" |*?[]\n")


@pytest.mark.parametrize("names", [("Ada L", "Ada_L"), ("Ada L", "Ada?L"), ("a" * 250, "a" * 251)])
def test_two_folders_are_two_learners_whatever_they_are_called(names, tmp_path):
    for name in names:
        hand_in(tmp_path, name, GOOD)
    learners, handed = submissions.find(tmp_path)
    assert len(set(learners)) == 2 == len({one.learner for one in handed})
    if names[1] in learners:  # who has the plain name keeps it
        assert next(o.place for o in handed if o.learner == names[1]).count(f"/{names[1]}/")


def test_a_name_written_in_two_ways_is_one_learner(tmp_path):
    """macOS writes letters with accents as two characters."""
    hand_in(tmp_path, "Zoe\u0308", GOOD)
    hand_in(tmp_path, "Zo\u00eb", GOOD, "lab8_x.ipynb")
    hand_in(tmp_path, "Zoe", GOOD)
    assert _learners(tmp_path) == ["Zoe", "Zoë"]


def test_a_file_named_like_a_platform_s_does_not_name_another_learner():
    name = "Eve X_66_assignsubmission_file_Ada L_12_assignsubmission_file_lab97_tiny.ipynb"
    assert submissions.whose((name,))[0] == "Eve_X_66"


FILES = ["=HYPERLINK(1)lab97.ipynb", "\t=1+1 lab97.ipynb", "a;=1 lab97.ipynb", "<b>lab97.ipynb",
         "lab97\n,99.ipynb", "lab97" + "x" * 200 + ".ipynb", "lab97 \udcff.ipynb"]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_s_name_is_shown_without_what_tables_and_pages_would_act_on(name, tmp_path):
    hand_in(tmp_path, "ada", GOOD, name)
    (one,) = submissions.find(tmp_path)[1]
    assert one.lab() == "lab97" and one.read()
    assert not set(one.name) & set("=;,<>&\t\n@+") and one.name.isprintable()
    one.name.encode()


def test_capitals_at_the_end_checkpoints_and_notes_of_macos(tmp_path):
    hand_in(tmp_path, "ada", GOOD, "LAB97_TINY.IPYNB")
    hand_in(tmp_path, "ada", "no", "._lab97_tiny.ipynb")
    hand_in(tmp_path / "ada", ".ipynb_checkpoints", "old", "lab97_tiny-checkpoint.ipynb")
    assert [one.name for one in submissions.find(tmp_path)[1]] == ["LAB97_TINY.ipynb"]


# times and depth
@pytest.mark.parametrize("seconds", [-(10**9), 2**40])
def test_a_file_of_another_age_is_read(seconds, tmp_path):
    os.utime(hand_in(tmp_path, "ada", GOOD), (seconds, seconds))
    assert len(submissions.find(tmp_path)[1]) == 1


def test_folders_thousands_deep(tmp_path):
    hand_in(tmp_path, "ada", GOOD)
    here = os.open(tmp_path / "ada", os.O_RDONLY)
    for _ in range(2500):  # deeper than Python's stack, longer than a path may be
        os.mkdir("d", dir_fd=here)
        here, above = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    try:
        assert [one.name for one in submissions.find(tmp_path)[1]] == [NAME]
    finally:
        os.system(f"rm -rf {tmp_path}/ada")  # shutil.rmtree gives up


# archives
def _zip(place, entries):
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, (2026, 4, 24, 0, 0, 0))
            file.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return place


def _patched(place, old, new):
    place.write_bytes(place.read_bytes().replace(old, new))


def test_paths_out_of_a_zip_are_only_names(tmp_path):
    names = [
        "../../etc/lab97.ipynb",
        "/srv/lab97.ipynb",
        "C:\\x\\lab97.ipynb",
        "ada/../../lab97.ipynb",
    ]
    learners, handed = submissions.find(_zip(tmp_path / "x.zip", [(n, GOOD) for n in names]))
    assert len(handed) == 4 and all("/" not in one.learner for one in handed)
    assert list(tmp_path.iterdir()) == [tmp_path / "x.zip"]


def test_two_entries_of_one_name_are_both_seen(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate"):
        place = _zip(tmp_path / "x.zip", [(f"ada/{NAME}", "{}"), (f"ada/{NAME}", GOOD)])
    assert [len(one.read()) for one in submissions.find(place)[1]] == [2, len(GOOD)]


def test_a_zip_with_a_date_that_is_none(tmp_path):
    place = _zip(tmp_path / "x.zip", [(f"ada/{NAME}", GOOD), (f"ben/{NAME}", GOOD)])
    date = struct.pack("<H", ((2026 - 1980) << 9) | (4 << 5) | 24)
    _patched(place, date, struct.pack("<H", 0))
    assert len(submissions.find(place)[1]) == 2


def test_a_broken_or_bomb_like_entry_costs_that_entry(tmp_path):
    bomb = b" " * (intake.LARGEST_FILE + 1)
    place = _zip(
        tmp_path / "x.zip", [(f"a/{NAME}", GOOD), (f"b/{NAME}", bomb), (f"c/{NAME}", GOOD)]
    )
    first = zipfile.ZipFile(place).infolist()[0]
    content = bytearray(place.read_bytes())
    start = first.header_offset + 30 + len(first.filename)
    content[start : start + 40] = b"\xff" * 40
    place.write_bytes(content)
    with pytest.raises(zlib.error):
        zipfile.ZipFile(place).read(first)
    broken, large, good = submissions.find(place)[1]
    with pytest.raises(intake.NotReadable, match="cannot be unpacked"):
        broken.read()
    with pytest.raises(intake.NotReadable, match="larger than"):
        large.read()
    assert good.read() == GOOD.encode()


def test_no_zip_at_all_is_told(tmp_path):
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(ValueError, match="is no zip file"):
        submissions.find(tmp_path / "x.zip")


# notebooks
def _cells(count):
    return ('{"cells": [' + ",".join(["{}"] * count) + "]}").encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [(_cells(100_000), "more than 2000 cells"), (_cells(16_000_000), "millions of pieces"),
     (b'{"cells": [], "x": ' + b"[" * 10**6 + b"]" * 10**6 + b"}", "millions of pieces"),
     (b'{"worksheets": [{"cells": []}], "nbformat": 3}', "version 4")],
)  # fmt: skip
def test_a_notebook_that_would_fill_the_grader_is_told_so(content, words):
    with pytest.raises(intake.NotReadable, match=words):
        intake.read_cells(content)


# and all of it in one run
@needs_sandbox()
def test_honest_work_is_graded_beside_all_of_that(tmp_path):
    handed = tmp_path / "handed"
    hand_in(handed, "ada", GOOD)
    hand_in(handed, "a" * 255, GOOD)
    hand_in(handed, "Ada?", "{}")
    for number, name in enumerate(FILES):
        hand_in(handed, f"name{number}", "{" if number % 2 else GOOD, name)
    hand_in(handed, "cells", _cells(100_000).decode())
    os.utime(hand_in(handed, "age", GOOD), (2**40, 2**40))
    twin = hand_in(handed, "ada\udcff", notebook())
    rows = grade(handed, tmp_path / "out", "--due", "2026-05-01")
    assert rows["ada"]["points"] == "15"
    assert len(rows) == 5 + len(FILES) + 1 and twin.exists()
    for row in rows.values():
        assert row["points"] == "15" or row["reason"]
    text = (tmp_path / "out" / "grades.csv").read_text()
    assert "<b>" not in text and "=HYPERLINK" not in text
