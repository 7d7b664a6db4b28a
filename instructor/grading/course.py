"""The nbgrader course behind a grading run: masters in, gradebook and feedback out."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from instructor.grading.pages import named, quiet
from instructor.grading.report import write_text
from instructor.grading.steps import Ask, Score
from instructor.labs.find import exercise_name, exercises, read_master

SANITIZE = [
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.CheckCellMetadata",
]
AUTOGRADE = [
    Ask,
    Score,
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]


def database(course):
    """URL of the gradebook; workers wait for one another instead of failing."""
    return f"sqlite:///{Path(course).resolve()}/gradebook.db?timeout=120"


def open_course(course, settings=None):
    """nbgrader's programming interface, with our steps. settings: see steps.Ask."""
    config = Config()
    config.CourseDirectory.root = str(Path(course).resolve())
    config.CourseDirectory.db_url = database(course)
    config.NbGraderAPI.log_level = "ERROR"
    config.ClearSolutions.code_stub = {"python": "..."}
    config.Autograde.sanitize_preprocessors = SANITIZE
    config.Autograde.autograde_preprocessors = AUTOGRADE
    config.Ask.settings = settings or {}
    config.Score.settings = settings or {}
    coursedir = CourseDirectory(config=config)
    return NbGraderAPI(coursedir=coursedir, config=config)


def add_lab(course, lab):
    """Puts a lab's master into the course and assigns it: source/, release/ and the gradebook."""
    source = Path(course) / "source" / lab.name
    source.mkdir(parents=True, exist_ok=True)
    nbformat.write(read_master(lab.master), source / f"{lab.notebook}.ipynb")
    with _tools_on_path():
        done = open_course(course).generate_assignment(lab.name, force=True, create=True)
    if not done["success"]:
        raise RuntimeError(f"nbgrader could not assign {lab.name}:\n{done.get('log', done)}")


def released(course, lab):
    """The lab as learners get it, from which graded and read-only cells are restored."""
    place = Path(course) / "release" / lab.name / f"{lab.notebook}.ipynb"
    return nbformat.read(place, as_version=4)


def grade_notebook(course, lab, learner, notebook, settings):
    """Autogrades one notebook and writes its feedback. Returns the report that Score left."""
    place = Path("submitted") / learner / lab.name
    (Path(course) / place).mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, Path(course) / place / f"{lab.notebook}.ipynb")
    api = open_course(course, settings | {"exercises": lab.package})
    with _tools_on_path():
        done = api.autograde(lab.name, learner, force=True, create=True)
        if not done["success"]:
            raise RuntimeError(done.get("log") or done.get("error"))
        graded = Path(course) / "autograded" / learner / lab.name / f"{lab.notebook}.ipynb"
        report = nbformat.read(graded, as_version=4).metadata["grading"]
        done = api.generate_feedback(lab.name, learner, force=True)
    if not done["success"]:
        raise RuntimeError(done.get("log") or done.get("error"))
    page = Path(course) / "feedback" / learner / lab.name / f"{lab.notebook}.html"
    write_text(page, named(quiet(page.read_text(encoding="utf-8")), _titles(lab)))
    return report | {"scores": scores(course, lab, learner)}


def _titles(lab):
    """grade_id -> number and title of its exercise."""
    return {f"check-{name.replace('.', '-')}": f"{name} {_capital(exercise.title)}"
            for name, exercise in exercises(lab.package).items()}  # fmt: skip


def _capital(title):
    return title[0].upper() + title[1:]


def scores(course, lab, learner):
    """Exercise -> points, as the gradebook has them."""
    with Gradebook(database(course)) as gradebook:
        found = gradebook.find_submission_notebook(lab.notebook, lab.name, learner)
        return {exercise_name(grade.name): grade.score for grade in found.grades}


@contextmanager
def _tools_on_path():
    """nbgrader calls alembic, and stands in the folder that it works on."""
    path, here = os.environ["PATH"], os.getcwd()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{path}"
    try:
        yield
    finally:
        os.environ["PATH"] = path
        os.chdir(here)
