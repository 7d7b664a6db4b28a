"""The grader's parts: plain values, the frame around submissions, names, judging, the tables."""

import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from types import SimpleNamespace

import numpy as np
import pytest
from grading_help import LAB, RIGHT, cell_of, notebook
from hypothesis import given, settings
from hypothesis import strategies as st

from instructor.grading import grade, intake, plain, pool, report, steps, submissions, worker
from instructor.labs import find
from instructor.labs.exercise import Part
from instructor.labs.judges import close, same

GRADED = [lab for lab in find.find_labs() if lab.points]
MASTER = find.read_master(LAB / "lab97_tiny.py")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(values)
@settings(deadline=None)
def test_plain_values_come_back_as_they_were(value):
    assert repr(plain.loads(plain.dumps(value))) == repr(value)


@pytest.mark.parametrize("dtype", plain.DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3)])
def test_arrays_come_back_as_they_were(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    again = plain.loads(plain.dumps({"x": (array, [array])}))["x"][0]
    assert again.dtype == dtype and again.shape == shape
    np.testing.assert_array_equal(again, array)


def test_jax_arrays_half_precision_and_lists_of_text_are_plain():
    import jax.numpy as jnp

    assert plain.loads(plain.dumps(jnp.ones(2, jnp.bfloat16))).dtype == np.float32
    assert plain.loads(plain.dumps(np.array(["a", "bc"]))).tolist() == ["a", "bc"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", '{"array": ["object", [1], ""]}', '{"array": ["float64", [9999999999], ""]}',
     '{"array": ["float64", [-1], ""]}', '{"array": ["float64", [1], "AAAA"]}', '{"set": [1]}',
     '{"array": ["float64", [1.5], ""]}', '{"list": 1}', '{"dict": [[{"list": []}, 1]]}',
     '{"list": [' * 5000 + "]}" * 5000, '{"array": "abc"}', '{"array": [null, [2], ["a"]]}',
     json.dumps({"array": ["float64", [1], pickle.dumps(1).hex()]})],
)  # fmt: skip
def test_what_a_hostile_kernel_writes_is_refused(text):
    with pytest.raises(ValueError):
        plain.loads(text)


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([object()]), lambda: 1, 1j])
def test_other_objects_are_no_answers(value):
    with pytest.raises(TypeError):
        plain.dumps(value)


RIGHT_AND_WRONG = [
    (np.ones(3), [1.0, 1, 1], True),
    (np.ones(3), np.ones((3, 1)), False),
    (np.ones(3), np.array([1, 1, np.nan]), False),
    (1.0, "1.0", False),
    (1.0, True, False),
    (True, 1, False),
    (True, np.array(True), True),
    (2.0, None, False),
    ("a", "a", True),
    ({"x": 1.0}, {"x": 1.00001}, True),
    ({"x": 1.0}, {"x": 1.0, "y": 2}, False),
    ((np.ones(2), np.ones(3)), [np.ones(2), np.ones(3)], True),
    ((np.ones(2), np.ones(3)), [np.ones(2)], False),
    (np.ones(2), [[1, 2], [3]], False),
    ([np.ones(2)], 5, False),
]


@pytest.mark.parametrize(("right", "answer", "is_right"), RIGHT_AND_WRONG)
def test_close_tells_right_from_wrong(right, answer, is_right):
    assert same(right, answer) == is_right
    assert close(lambda: right)((), answer) == float(is_right)


def _judged(judge, combine=min, answers=((1.0, None), (0.5, None))):
    part = Part("values", 8, None, "", judge, combine=combine)
    return steps.judge(part, [()] * len(answers), list(answers))


def test_a_part_is_all_or_nothing_or_a_mean():
    assert _judged(lambda case, answer: answer)["points"] == 4
    assert _judged(lambda case, answer: answer, np.mean)["points"] == 6
    assert _judged(lambda case, answer: answer == 1)["points"] == 0
    assert _judged(lambda case, answer: 1.0, answers=((None, "raised KeyError"),)) == {
        "title": "values", "points": 0, "worth": 8, "why": "raised KeyError"}  # fmt: skip


@pytest.mark.parametrize("share", [float("nan"), float("inf"), -1, "x"])
def test_an_odd_share_earns_nothing_and_never_more_than_all(share):
    assert _judged(lambda case, answer: share)["points"] == 0
    assert _judged(lambda case, answer: 7)["points"] == 8


def test_a_notebook_that_nbgrader_could_not_take_says_so_and_is_tried_again(tmp_path, monkeypatch):
    job = {"key": "k", "result": str(tmp_path / "ada--lab97.json"), "learner": "ada",
           "lab": {"name": "lab97", "notebook": "x"}}  # fmt: skip
    answers = [(job, {"failed": ["no space left"]})]
    monkeypatch.setattr(grade, "grade_all", lambda *words, **options: answers)
    limits = {"limits": {"total_seconds": 1}}
    grade._grade_new(tmp_path, [job], limits, SimpleNamespace(path=[], cores=1))
    assert json.loads((tmp_path / "ada--lab97.json").read_text()) == {"failed": "no space left"}


def test_what_is_said_of_it_is_the_error_and_not_the_last_line_of_a_log():
    log = "[ERROR] Traceback\n  File x\nRuntimeError: no kernel\n\n[ERROR] Please see the above"
    assert worker._reason(log) == "RuntimeError: no kernel"
    assert worker._reason("no space left") == "no space left"


@pytest.mark.parametrize("said", ["", '{"scores": ', '{"scores": {}}\\n'])
def test_a_worker_that_dies_in_the_middle_of_its_report_is_lost_and_no_more(said):
    code = f"import sys; sys.stdin.readline(); sys.stdout.write('{said}')"
    worker = subprocess.Popen([sys.executable, "-c", code], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    assert pool._ask(worker, {}, 30) == ({"scores": {}} if said.endswith("n") else None)
    worker.communicate()


def test_a_judge_that_fails_on_an_answer_gives_nothing():
    assert _judged(lambda case, answer: answer.shape)["points"] == 0


# intake: sources only, in the master's frame
def _restored(book):
    return intake.restore(intake.read_cells(json.dumps(book).encode()), MASTER)


def _names(book):
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in book.cells]


def test_graded_cells_come_from_the_master_whatever_was_handed_in():
    book = notebook(RIGHT)
    for cell in book["cells"]:
        cell["metadata"] |= {"tags": ["x"]}
        cell["metadata"].get("nbgrader", {}).update(points=1000, schema_version="x")
    cell_of(book, "check-97-1")[1]["source"] = "print('mine')"
    cell_of(book, "setup")[1]["source"] = "import os; os._exit(0)"
    found = _restored(book)
    assert _names(found) == _names(MASTER)
    for cell, own in zip(found.cells, MASTER.cells, strict=True):
        if own.metadata.get("nbgrader", {}).get("locked"):
            assert cell.source == own.source and cell.metadata == own.metadata
    assert cell_of(found, "ex-97-1")[1].source == RIGHT


@pytest.mark.parametrize(
    "gone", [["check-97-1"], ["check-97-1", "check-97-2"], ["setup"], ["ex-97-2"]]
)
def test_deleted_cells_come_back_behind_the_work(gone):
    book = notebook(RIGHT)
    book["cells"] = [
        cell for cell in book["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") not in gone
    ]  # fmt: skip
    names = _names(_restored(book))
    assert {"setup", "check-97-1", "check-97-2"} <= set(names)
    assert names.index("setup") < names.index("ex-97-1") < names.index("check-97-1")


def test_work_whose_cells_lost_their_ids_is_asked_at_the_end():
    cells = [{"cell_type": "code", "source": RIGHT, "metadata": {}}]
    assert _names(_restored({"cells": cells}))[-2:] == ["check-97-1", "check-97-2"]


def test_exchanged_exercises_are_each_asked_after_their_own_cell():
    book = notebook(RIGHT)
    first, second = cell_of(book, "ex-97-1")[0], cell_of(book, "ex-97-2")[0]
    book["cells"][first], book["cells"][second] = book["cells"][second], book["cells"][first]
    names = _names(_restored(book))
    assert names.index("ex-97-1") < names.index("check-97-1")
    assert names.index("ex-97-2") < names.index("check-97-2")


def _with_own_cells(cells):
    """As learners leave a notebook: a try and a note behind every solution."""
    for cell in cells:
        yield cell
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            yield {"cell_type": "code", "source": "1 + 1", "metadata": {}}
            yield {"cell_type": "markdown", "source": "## my note", "metadata": {}}


CHANGES = {
    "as it is": list,
    "own cells": _with_own_cells,
    "checks deleted": lambda cells: [c for c in cells if not c["metadata"].get("nbgrader", {}).get("grade")],
    "checks on top": lambda cells: sorted(cells, key=lambda c: not c["metadata"].get("nbgrader", {}).get("grade")),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("lab", GRADED, ids=lambda lab: lab.name)
def test_each_exercise_is_scored_below_its_own_heading(lab, change):
    master = find.read_master(lab.master)
    cells = [*CHANGES[change](json.loads(json.dumps(master))["cells"])]
    found = intake.restore(intake.read_cells(json.dumps({"cells": cells}).encode()), master)
    heading, seen = "", []
    for cell in found.cells:
        if cell.cell_type == "markdown" and (number := re.match(r"## (\d\.\d)", cell.source)):
            heading = number[1]
        name = cell.metadata.get("nbgrader", {})
        if name.get("grade"):
            seen.append(name["grade_id"])
            assert name["grade_id"] == f"check-{heading.replace('.', '-')}"
    assert len(seen) == len(lab.points)


NO_NOTEBOOKS = {
    "empty": (b"", "is empty"),
    "broken": (b'{"cells": [', "broken JSON"),
    "not text": (b"\xff\xfe\x00", "broken JSON"),
    "deep": (b"[" * 100_000, "broken JSON"),
    "version 3": (b'{"worksheets": []}', "version 4"),
    "list": (b"[1, 2]", "version 4"),
    "cell": (b'{"cells": [3]}', "no object"),
    "source": (b'{"cells": [{"source": {"a": 1}}]}', "no text"),
    "long": (json.dumps({"cells": [{"source": "x" * 2_000_000}]}).encode(), "more than 1 MB"),
}


@pytest.mark.parametrize("name", NO_NOTEBOOKS)
def test_what_is_no_notebook_is_told_in_words(name):
    content, words = NO_NOTEBOOKS[name]
    with pytest.raises(intake.NotReadable, match=words):
        intake.read_cells(content)


@pytest.mark.parametrize("metadata", [None, [], {"nbgrader": 3}, {"nbgrader": {"grade_id": [1]}}])
def test_odd_metadata_is_no_metadata(metadata):
    cells = [{"cell_type": "code", "source": ["a\n", "b \ud800"], "metadata": metadata}]
    assert intake.read_cells(json.dumps({"cells": cells}).encode()) == [("code", "a\nb ?", None)]


def test_links_pipes_and_huge_files_are_not_read(tmp_path):
    (tmp_path / "real").write_text("{}")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(intake.LARGEST_FILE + 1)
    assert intake.read_file(tmp_path / "real") == b"{}"
    for name, words in (("link", "link"), ("pipe", "plain file"), ("huge", "larger")):
        with pytest.raises(intake.NotReadable, match=words):
            intake.read_file(tmp_path / name)


# whose it is
OWNERS = [
    (("ada", "lab2.ipynb"), "ada", "lab2.ipynb"),
    (("Ada Lovelace_123_assignsubmission_file_", "lab2.ipynb"), "Ada_Lovelace_123", "lab2.ipynb"),
    (("Ada Lovelace_123_assignsubmission_file_lab2.ipynb",), "Ada_Lovelace_123", "lab2.ipynb"),
    (("lovelaceada_123_456_lab2-1.ipynb",), "lovelaceada_123", "lab2-1.ipynb"),
    (("lovelaceada_LATE_123_456_lab2.ipynb",), "lovelaceada_123", "lab2.ipynb"),
    (("ada_lab2_modified_triplet_loss.ipynb",), "ada", "lab2_modified_triplet_loss.ipynb"),
    (("ada.ipynb",), "ada", "ada.ipynb"),
    (("../*[evil]?", "lab2.ipynb"), "evil", "lab2.ipynb"),
    (("Zoë Ångström", "lab2.ipynb"), "Zoë_Ångström", "lab2.ipynb"),
]


@pytest.mark.parametrize(("parts", "learner", "name"), OWNERS)
def test_whose_it_is(parts, learner, name):
    assert submissions.whose(parts) == (learner, name)


def test_a_zip_gives_what_its_folder_gives(tmp_path):
    archive = tmp_path / "handed.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("Ada L_1_assignsubmission_file_/lab97_tiny.ipynb", "{}")
        file.writestr("bob_2_3_lab97_tiny.ipynb", "{}")
        file.writestr("../../out/lab97_tiny.ipynb", "{}")
        file.writestr("__MACOSX/._x.ipynb", "{}")
        file.writestr("Cy_4_assignsubmission_file_/notes.txt", "no notebook")
        link = zipfile.ZipInfo("eve_5_6_lab97_tiny.ipynb")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    learners, handed = submissions.find(archive)
    assert learners == ["Ada_L_1", "Cy_4", "bob_2", "eve_5", "out"]
    assert {one.lab() for one in handed} == {"lab97"}
    by_name = {one.learner: one for one in handed}
    assert by_name["bob_2"].read() == b"{}"
    with pytest.raises(intake.NotReadable, match="link"):
        by_name["eve_5"].read()


def test_a_folder_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "lab97.ipynb").write_text("{}")
    (tmp_path / "handed" / "ada").mkdir(parents=True)
    (tmp_path / "handed" / "eve").symlink_to(tmp_path / "secret")
    (tmp_path / "handed" / "ada" / "more").symlink_to(tmp_path / "secret")
    learners, handed = submissions.find(tmp_path / "handed")
    assert learners == ["ada"] and not handed


@pytest.mark.parametrize("place", ["nothing", "file.txt", "empty"])
def test_where_there_is_nothing_the_message_says_what_to_give(place, tmp_path):
    (tmp_path / "file.txt").write_text("")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="give"):
        submissions.find(tmp_path / place)


def test_late_days_are_begun_days():
    due = datetime(2026, 5, 1, tzinfo=UTC)
    days = [report.late_days(datetime(2026, 5, *t, tzinfo=UTC), due)
            for t in ((1, 0), (1, 1), (2, 0), (2, 1), (9, 0))]  # fmt: skip
    assert days == [0, 1, 1, 2, 8]
    assert report.late_days(datetime(2026, 5, 9, tzinfo=UTC), None) == 0


def test_no_cell_of_the_csv_is_a_formula():
    row = {"learner": "=cmd()", "lab": "lab97", "scores": {"97.1": 2.5}, "of": 10,
           "late_days": 0, "reason": "@x"}  # fmt: skip
    text = report.grades_csv([row], ["97.1"])
    assert text.splitlines()[1] == "'=cmd(),lab97,2.5,10,2.5,0,'@x"


def test_a_master_and_its_exercises_must_agree(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    master = shutil.copytree(LAB, tmp_path / "odd_labs" / "lab97") / "lab97_tiny.py"
    text = master.read_text()
    assert find.find_labs("odd_labs")[0].points == {"97.1": 10, "97.2": 5}
    master.write_text(text.replace('"points": 10', '"points": 11'))
    with pytest.raises(ValueError, match="gives 11 points, its parts 10"):
        find.find_labs("odd_labs")
    master.write_text(text.replace("check-97-2", "check-97-3"))
    with pytest.raises(ValueError, match="give every graded cell check-2-3 a file ex_2_3.py"):
        find.find_labs("odd_labs")
    master.with_name("lab97_second.py").write_text(text)
    with pytest.raises(ValueError, match="lab97/ has 2 masters; give it one"):
        find.find_labs("odd_labs")


def test_only_the_cells_that_lead_to_training_may_take_its_time():
    (lab,) = [lab for lab in GRADED if lab.name == "lab5"]
    cells = find.read_master(lab.master).cells
    seconds = [(c.metadata.get("nbgrader", {}).get("grade_id"), s)
               for c, s in steps._limited(cells, find.exercises(lab.package))]  # fmt: skip
    assert [name for name, _ in seconds] == [
        c.metadata.get("nbgrader", {}).get("grade_id") for c in cells
    ]
    names = [name for name, _ in seconds]
    first, last = names.index("check-5-4") + 1, names.index("check-5-5") + 1
    assert {s for _, s in seconds[first:last]} == {120}
    assert {s for _, s in seconds[:first] + seconds[last:]} == {30}
