"""Who handed what in, from the folders and zips that people really bring; and who is refused."""

import json
import zipfile

import pytest
from grading_help import NAME, notebook

from instructor.grading import owners, submissions

BOOK = json.dumps(notebook())
THREE = ("ada", "bob", "cyd")


def _folder(place, names):
    for name in names:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("" if name.endswith("/.keep") else BOOK)
    return place


def _zip(place, names):
    place.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(place, "w") as file:
        for name in names:
            file.writestr(name, "" if name.endswith("/") else BOOK)
    return place


def _learners(place, left_out=()):
    return submissions.find(place, left_out)[0]


# name of the zip, names in it -> learners
ZIPS = {
    "a folder on top": ("week3.zip", [f"week3/{n}/lab97.ipynb" for n in THREE], THREE),
    "of another name": ("homework.zip", [f"week3/{n}/lab97.ipynb" for n in THREE], THREE),
    "two on top": ("week3.zip", [f"course/week3/{n}/lab97.ipynb" for n in THREE], THREE),
    "in capitals": ("WEEK3.ZIP", [f"Week3/{n}/lab97.ipynb" for n in THREE], THREE),
    "none on top": ("week3.zip", [f"{n}/lab97.ipynb" for n in THREE], THREE),
    "of a Mac": (
        "week3.zip",
        ["week3/", *[f"week3/{n}/lab97.ipynb" for n in THREE], "__MACOSX/", "__MACOSX/week3/",
         *[f"__MACOSX/week3/{n}/._lab97.ipynb" for n in THREE], "week3/.DS_Store"],
        THREE,
    ),
    "of Windows": ("week3.zip", [f"week3\\{n}\\lab97.ipynb" for n in THREE] + ["week3\\desktop.ini"], THREE),
    "a learner who has only a folder": ("week3.zip", ["week3/ada/lab97.ipynb", "week3/bob/lab97.ipynb", "week3/cyd/"], THREE),
    "one learner on top": ("week3.zip", ["week3/ada/lab97.ipynb"], ("ada",)),
    "Moodle's": ("x.zip", ["Ada L_1_assignsubmission_file_/lab97.ipynb", "Bob M_2_assignsubmission_file_/lab97.ipynb"], ("Ada_L_1", "Bob_M_2")),
    "Moodle's, in a folder": ("x.zip", ["x/Ada L_1_assignsubmission_file_/lab97.ipynb"], ("Ada_L_1",)),
    "Moodle's, one learner": ("x.zip", ["Ada L_1_assignsubmission_file_/lab97.ipynb"], ("Ada_L_1",)),
    "Canvas's": ("submissions.zip", ["lovelaceada_12_34_lab97.ipynb", "bennettbob_LATE_13_35_lab97.ipynb"], ("bennettbob_13", "lovelaceada_12")),
    "Canvas's, in a folder": ("s.zip", ["submissions/lovelaceada_12_34_lab97.ipynb"], ("lovelaceada_12",)),
    "a learner's own folders": ("w.zip", ["ada/lab97/lab97.ipynb", "ada/lab8/lab8.ipynb", "bob/lab97.ipynb"], ("ada", "bob")),
    "a learner's folders of labs alone": ("ada.zip", ["ada/lab97/lab97.ipynb", "ada/lab8/lab8.ipynb"], ("ada",)),
    "files with a name in front": ("x.zip", ["ada_lab97_tiny.ipynb", "bob-lab97.ipynb"], ("ada", "bob")),
}  # fmt: skip


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_gives_its_learners(name, tmp_path):
    place, names, learners = ZIPS[name]
    found, handed = submissions.find(_zip(tmp_path / place, names))
    assert found == sorted(learners)
    assert len(handed) == sum(n.endswith(".ipynb") and "/._" not in n for n in names)


@pytest.mark.parametrize("name", [n for n in ZIPS if n not in ("of Windows", "of a Mac")])
def test_the_unpacked_folder_gives_the_same(name, tmp_path):
    place, names, learners = ZIPS[name]
    folder = tmp_path / place.rpartition(".")[0]
    _folder(folder, [n + ".keep" if n.endswith("/") else n for n in names])
    assert _learners(folder) == sorted(learners)


# what was handed in -> what the refusal says was seen
UNCLEAR = {
    "groups of learners": ([f"group{g}/{n}{g}/lab97.ipynb" for g in (1, 2) for n in THREE], "2 learners, 6 files"),
    "one for all": ([f"ada/attempt/lab97 ({k}).ipynb" for k in range(9)], "1 learner, 9 files"),
    "the course's notebooks": ([f"repo/n{k}.ipynb" for k in range(40)] , "1 learner, 40 files"),
    "persons and loose files": (["week3/ada/lab97.ipynb", "week3/bob/lab97.ipynb", "week3/lab97.ipynb"], "1 learner, 3 files"),
    "named files under another's folder": (["week3/ada_lab97.ipynb", "week3/bob_lab97.ipynb"], "1 learner, 2 files"),
    "a lab that nobody's name is on": (["lab97.ipynb"], "lab97.ipynb lies in no folder"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["zip", "folder"])
@pytest.mark.parametrize("name", UNCLEAR)
def test_what_is_unclear_is_refused_and_says_what_was_seen(name, kind, tmp_path):
    names, words = UNCLEAR[name]
    place = _zip(tmp_path / "x.zip", names) if kind == "zip" else _folder(tmp_path / "x", names)
    with pytest.raises(ValueError, match=words) as told:
        submissions.find(place)
    assert "Give a folder that holds a folder a learner" in str(told.value)


def test_the_grades_inside_the_submissions_are_no_learner(tmp_path):
    """Nor what only leads to them, nor what lies beside them in hidden folders."""
    _folder(tmp_path, [f"{n}/lab97.ipynb" for n in THREE])
    out = tmp_path / "results" / "week3"
    _folder(out, ["feedback/ada/lab97.ipynb", "course/source/lab97/lab97.ipynb"])
    _folder(tmp_path, [".git/x/lab97.ipynb", "lost+found/lab97.ipynb"])
    assert _learners(tmp_path, [out]) == list(THREE)


# (names on the platform, ids): a display name must not take another's place
RIVALS = [
    (["Ada Lovelace_123_assignsubmission_file_/l.ipynb", "Ada_Lovelace_123/l.ipynb"], "Ada_Lovelace_123"),
    (["Eve_123_9_assignsubmission_file_/l.ipynb", "Eve_123_assignsubmission_file_/l.ipynb"], "Eve_123"),
    (["lovelaceada_12_34_lab97.ipynb", "lovelaceada_12/lab97.ipynb"], "lovelaceada_12"),
    (["Ada?/l.ipynb", "Ada/l.ipynb"], "Ada"),
]  # fmt: skip


@pytest.mark.parametrize(("names", "wanted"), RIVALS)
def test_no_name_takes_another_s_place(names, wanted, tmp_path):
    handed = submissions.find(_zip(tmp_path / "x.zip", names))[1]
    assert len({one.learner for one in handed}) == len(names)
    assert [one.learner for one in handed].count(wanted) == 1


def test_the_platform_s_number_keeps_the_id_whatever_others_call_themselves():
    real = owners.owner(("Ada Lovelace_123_assignsubmission_file_", "lab97.ipynb"))[0]
    for name in ("Ada_Lovelace_123", "Ada Lovelace 123", "Ada-Lovelace_123 ", "Ada Lovelace_123"):
        others = [owners.owner((name, "lab97.ipynb"))[0]]
        assert owners.ids({real, *others})[real] == "Ada_Lovelace_123"
        assert owners.ids({real, *others})[others[0]] != "Ada_Lovelace_123"


def test_lettered_ids_are_nobody_else_s_name():
    first = {owners.Owner("Ada?"), owners.Owner("Ada!")}
    taken = owners.ids(first)[owners.Owner("Ada?")]
    everybody = first | {owners.Owner(taken)}
    assert len(set(owners.ids(everybody).values())) == 3


def test_a_learner_s_own_zip_gives_its_notebooks(tmp_path):
    inner = _zip(
        tmp_path / "in" / "my_work.zip", ["labs/lab97_tiny.ipynb", "__MACOSX/._lab97.ipynb"]
    )
    place = tmp_path / "week3.zip"
    with zipfile.ZipFile(place, "w") as file:
        file.write(inner, "week3/ada/My Work.ZIP")
        file.writestr("week3/bob/lab97.ipynb", BOOK)
        file.writestr("week3/cyd/empty.zip", "no zip")
    found = submissions.look(place)
    assert [(one.learner, one.name) for one in found.notebooks] == [
        ("ada", NAME),
        ("bob", "lab97.ipynb"),
    ]
    assert found.notebooks[0].read() == BOOK.encode()
    assert [(one.learner, one.why) for one in found.others] == [("cyd", "is no zip file")]


@pytest.mark.parametrize("name", ["lab97.ipynb.txt", "lab97.ipynb.json", "LAB97.IPYNB", "lab97.json", "lab97 (1).ipynb"])  # fmt: skip
def test_endings_that_programs_add_are_taken(name, tmp_path):
    (one,) = submissions.find(_folder(tmp_path / "x", [f"ada/{name}", "bob/lab97.ipynb"]))[1][:1]
    assert one.lab() == "lab97" and one.read() == BOOK.encode()


@pytest.mark.parametrize(
    "name", ["lab97.py", "lab97.html", "homework.pdf", "lab97.docx", "lab97.rar"]
)
def test_other_kinds_are_named(name, tmp_path):
    found = submissions.look(_folder(tmp_path / "x", [f"ada/{name}", "bob/lab97.ipynb"]))
    assert found.learners == ["ada", "bob"]
    assert [(one.learner, one.name) for one in found.others] == [("ada", name)]
    assert "hand in the .ipynb" in found.others[0].why
