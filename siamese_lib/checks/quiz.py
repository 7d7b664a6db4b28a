"""The quiz of lab 6: questions with an explanation for each answer, and no points."""

import tomllib
from functools import cache
from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent


@cache
def questions():
    """The questions as quiz.toml has them: dicts of ask, notebook ("04"), right (from 0),
    answers [[text, why]].

    Raises: OSError where the file is missing from the installation.
    """
    return tomllib.loads((HERE / "quiz.toml").read_text(encoding="utf-8"))["question"]


class Quiz(anywidget.AnyWidget):
    """Radio buttons, one group a question; the browser answers by itself, offline and unstored."""

    _esm = (HERE / "quiz.js").read_text(encoding="utf-8")
    _css = (HERE / "quiz.css").read_text(encoding="utf-8")
    questions = traitlets.List().tag(sync=True)


def quiz():
    """The whole quiz as a widget, to stand last in a cell."""
    return Quiz(questions=questions())
