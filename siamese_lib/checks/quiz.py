"""The quiz of lab 6: questions with an explanation for each answer, and no points."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

HERE = Path(__file__).parent


@cache
def questions() -> list[dict[str, Any]]:
    """The questions of quiz.toml, as dicts.

    ask is the question, notebook ("04") where to read more, answers [[text, why], ...] the choices
    with an explanation each, and right the number of the right one, from 0.

    Raises: OSError where the file is missing from the installation.
    """
    return tomllib.loads((HERE / "quiz.toml").read_text(encoding="utf-8"))["question"]


class Quiz(anywidget.AnyWidget):
    """One group of radio buttons per question; the browser answers offline and stores nothing."""

    _esm = (HERE / "quiz.js").read_text(encoding="utf-8")
    _css = (HERE / "quiz.css").read_text(encoding="utf-8")
    questions: traitlets.List = traitlets.List().tag(sync=True)


def quiz() -> Quiz:
    """The whole quiz as a widget; call it on the last line of a cell."""
    return Quiz(questions=questions())
