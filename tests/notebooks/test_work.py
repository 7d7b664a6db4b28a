"""Save your work: one zip of what a learner changed, the labs and the passes, and back again."""

import json
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest

from siamese_lib import checks
from siamese_lib.checks import progress, work

ROOT = Path(__file__).parents[2]


def stamped(name, source):
    """A notebook as the course ships it."""
    cells = [nbformat.v4.new_code_cell(source), nbformat.v4.new_markdown_cell("text\nand more")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata[work.STAMP] = work.fingerprint(notebook)
    nbformat.write(notebook, name)


def edited(path, source="x = 'mine'"):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = source
    nbformat.write(notebook, path)


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """fresh() makes a course as it comes, makes it the working folder, and hands it over."""
    monkeypatch.delenv("SIAMESE_PROGRESS")

    def make(name="course"):
        folder = tmp_path / name
        (folder / "labs").mkdir(parents=True)
        for path in ("00_start_here", "02_cosine_cost", "03_triplets", "labs/lab1_siamese_model"):
            stamped(folder / f"{path}.ipynb", f"print('{path}')")
        monkeypatch.chdir(folder)
        return folder

    return make


def test_there_and_back(fresh, capsys):
    course = fresh()
    edited(course / "02_cosine_cost.ipynb")
    edited(course / "labs" / "lab1_siamese_model.ipynb", "def normalise(x): ...")
    (course / "mine.ipynb").write_text('{"cells": [], "metadata": {}}')  # made by the learner
    progress.remember("cost.1", "lab1.1")
    checks.save_work()
    assert "holds 2 passes" in capsys.readouterr().out
    names = zipfile.ZipFile(course / "my_work.zip").namelist()
    assert sorted(names) == [
        ".progress.json", "02_cosine_cost.ipynb", "labs/lab1_siamese_model.ipynb", "mine.ipynb",
    ]  # fmt: skip

    other = fresh("binder")
    shutil.copy(course / "my_work.zip", other)
    checks.restore_work()
    assert progress.done() == {"cost.1", "lab1.1"}
    for name in ("02_cosine_cost.ipynb", "labs/lab1_siamese_model.ipynb", "mine.ipynb"):
        assert (other / name).read_bytes() == (course / name).read_bytes()
    assert not list(other.glob("**/*-before*"))


def test_from_the_labs_folder_it_is_the_same_work(fresh, monkeypatch):
    course = fresh()
    monkeypatch.chdir(course / "labs")
    edited(course / "03_triplets.ipynb")
    checks.save_work()
    assert "03_triplets.ipynb" in zipfile.ZipFile(course / "my_work.zip").namelist()


def test_outputs_alone_are_no_change_and_an_added_cell_is_one(fresh):
    course = fresh()
    path = course / "02_cosine_cost.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text="ran")]
    notebook.cells[0].execution_count = 7
    nbformat.write(notebook, path)
    assert not work.is_changed(path.read_bytes())
    notebook.cells.append(nbformat.v4.new_code_cell("more"))
    nbformat.write(notebook, path)
    assert work.is_changed(path.read_bytes())


def test_what_was_done_here_meanwhile_is_kept(fresh):
    course = fresh()
    edited(course / "02_cosine_cost.ipynb", "old = 1")
    progress.remember("cost.1")
    checks.save_work()
    edited(course / "02_cosine_cost.ipynb", "new = 2")
    progress.remember("cost.2")
    checks.restore_work()
    assert progress.done() == {"cost.1", "cost.2"}  # passes add up
    assert "old = 1" in (course / "02_cosine_cost.ipynb").read_text()
    assert "new = 2" in (course / "02_cosine_cost-before.ipynb").read_text()


def test_a_zip_that_was_uploaded_is_not_written_over(fresh):
    """SAVE = True on a new Binder, before the restoring line."""
    course = fresh()
    edited(course / "03_triplets.ipynb")
    checks.save_work()
    mine = (course / "my_work.zip").read_bytes()
    other = fresh("binder")
    (other / "my_work.zip").write_bytes(mine)
    checks.save_work()
    assert (other / "my_work-before.zip").read_bytes() == mine


def test_a_lab_that_came_untouched_replaces_no_newer_one(fresh):
    course = fresh()
    checks.save_work()
    newer = course / "labs" / "lab1_siamese_model.ipynb"
    stamped(newer, "print('a newer edition')")
    checks.restore_work()
    assert "a newer edition" in newer.read_text()


def test_a_zip_of_the_time_before(fresh):
    course = fresh()
    with zipfile.ZipFile(course / "my_work.zip", "w") as packed:
        packed.writestr("02_cosine_cost.ipynb", '{"cells": [], "metadata": {}}')
        packed.writestr(".progress.json", '["cost.1"')  # cut off
        packed.writestr("../outside.ipynb", "{}")
        packed.writestr("/absolute.ipynb", "{}")
        packed.writestr("labs/deep/er.ipynb", "{}")
    checks.restore_work()
    assert progress.done() == {"cost.1"}
    assert not (course.parent / "outside.ipynb").exists()
    assert not (course / "labs" / "deep").exists()


def test_no_zip_is_said_with_what_to_do(fresh):
    course = fresh()
    with pytest.raises(ValueError, match=r"my_work.zip is not there; upload .* save_work\(\)"):
        checks.restore_work()
    (course / "my_work.zip").write_text("no zip")
    with pytest.raises(ValueError, match="my_work.zip is no zip file"):
        checks.restore_work()


def test_the_course_s_own_notebooks_are_stamped():
    for path in ROOT.glob("notebooks/**/*.ipynb"):
        assert not work.is_changed(path.read_bytes()), path
        notebook = json.loads(path.read_text())
        notebook["cells"][-1]["source"] = ["changed"]
        assert work.is_changed(json.dumps(notebook))
