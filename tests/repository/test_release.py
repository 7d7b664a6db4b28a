"""The learners' bundle holds what learners need, and no line of a solution or of a hidden input."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from programs import need

from instructor import release
from instructor.grading import submissions
from instructor.labs.find import find_labs
from tools.badges import repository

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release") / "learners"
    release.main(folder)
    return folder


def test_it_holds_what_learners_need(bundle):
    for name in ("README.md", "requirements.txt", "binder/postBuild", "notebooks/labs",
                 "siamese_lib/checks/lab_data", "siamese_lib/losses/batch.py"):  # fmt: skip
        assert (bundle / name).exists(), name
    made = {path.stem for path in (bundle / "notebooks/labs").glob("*.ipynb")}
    assert {lab.notebook for lab in find_labs()} <= made
    assert os.access(bundle / "binder/postBuild", os.X_OK)


def test_it_holds_nothing_else(bundle):
    tops = {path.name for path in bundle.iterdir()}
    assert tops == {"README.md", "Makefile", "LICENSE", "requirements.txt", "pyproject.toml",
                    ".gitignore", ".git", "binder", "docs", "notebooks", "siamese_lib",
                    "tools"} | ({"colab"} if repository() else set())  # fmt: skip
    assert [path.name for path in (bundle / "tools").iterdir()] == ["make_env.py"]
    assert not list(bundle.rglob("instructor*"))
    for path in bundle.rglob("*.py"):
        assert not re.search(r"^\s*(from|import) (instructor|tests)\b", path.read_text(), re.M), (
            path
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


@pytest.mark.parametrize("target", ["lab", "explore", "env"])
def test_the_bundle_s_make_does_what_ours_does(bundle, target):
    said = [
        subprocess.run(
            [need("make"), "--no-print-directory", "-n", target],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        for folder in (bundle, ROOT)
    ]
    assert said[0].returncode == 0, said[0].stderr
    assert said[0].stdout.split() == said[1].stdout.split()


def test_the_bundle_installs_and_its_first_notebook_runs(bundle, tmp_path):
    """From a copy, as on Binder: siamese_lib is built from the bundle's own settings."""
    copy = shutil.copytree(bundle, tmp_path / "bundle")
    uv = [sys.executable, "-m", "uv"]
    subprocess.run(
        [*uv, "pip", "install", "-q", "--no-deps", "--target", tmp_path / "installed", copy],
        check=True,
    )
    shutil.rmtree(copy / "siamese_lib")
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--stdout",
         "notebooks/00_start_here.ipynb"],
        cwd=copy, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed"), "MPLBACKEND": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "All is well." in done.stdout


def test_links_of_the_bundle_lead_somewhere_in_it(bundle):
    for path in (*bundle.glob("*.md"), *bundle.glob("docs/*.md"), *bundle.rglob("*.ipynb")):
        for target in re.findall(r"\]\(([^)\s]+?)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            is_file = not re.match(r"https?:|attachment:|data:", target) and "." in target
            assert not is_file or (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_bundle_s_readme_speaks_to_learners(bundle):
    text = (bundle / "README.md").read_text(encoding="utf-8")
    for word in ("make test", "make grade", "make bench", "make release", "python benchmarks",
                 "OWNER"):  # fmt: skip
        assert word not in text
    assert "OWNER" not in (bundle / "pyproject.toml").read_text(encoding="utf-8")
    for path in (bundle / "notebooks").rglob("*[0-9]_*.ipynb"):
        title = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]
        name = re.sub(r"^# (Lab )?|Assignment: ", "", "".join(title).splitlines()[0])
        link = f"[{name}]({path.relative_to(bundle).as_posix()})"
        assert link.lower() in text.lower()


def test_what_learners_are_told_to_hand_in_is_found_under_their_name(tmp_path):
    text = (ROOT / release.THEIR_OWN / "README.md").read_text(encoding="utf-8")
    section = text.split("## Hand in")[1].split("\n## ")[0]
    names = set(re.findall(r"`([\w-]+\.(?:ipynb|zip))`", section))
    labs = {name for name in names if name.startswith("lab")}
    assert labs >= {"lab2_modified_triplet_loss.ipynb", "lab3_evaluation.ipynb"}
    assert labs <= {path.name for path in (ROOT / "notebooks/labs").iterdir()}
    loose = names - labs - {"my_work.zip"}
    assert {Path(name).suffix for name in loose} == {".ipynb", ".zip"}
    for name in loose:
        place = tmp_path / Path(name).suffix[1:] / name
        place.parent.mkdir()
        if name.endswith(".zip"):
            with zipfile.ZipFile(place, "w") as packed:
                for lab in labs:
                    packed.writestr(lab, "{}")
        else:
            place.write_text("{}")
        learners, found = submissions.find(place.parent)
        assert learners == ["ada"]
        wanted = labs if name.endswith(".zip") else {name.removeprefix("ada_")}
        assert {one.lab() for one in found} == {lab.split("_")[0] for lab in wanted}
    on_moodle = tmp_path / "moodle" / "Ada Lovelace_12345_assignsubmission_file_"
    on_moodle.mkdir(parents=True)
    for lab in labs:
        (on_moodle / lab).write_text("{}")
    assert submissions.find(on_moodle.parent)[0] == ["Ada_Lovelace_12345"]
