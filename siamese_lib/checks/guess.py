"""A guess, made before the answer is shown: whoever has committed to one looks more closely."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent


class Guess(anywidget.AnyWidget):
    """A question with choices, or with a field for a number; `said` is the reader's guess.

    The browser keeps the guess and sends it nowhere but to this kernel. Where no widget is shown,
    its text is the question, as it would stand in a book.
    """

    _esm = (_HERE / "guess.js").read_text(encoding="utf-8")
    _css = (_HERE / "guess.css").read_text(encoding="utf-8")
    question = traitlets.Unicode().tag(sync=True)
    choices: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)

    def __repr__(self) -> str:
        return f"Predict: {self.question}" + "".join(f"  ( ) {word}" for word in self.choices)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        shown = super()._repr_mimebundle_(**options)
        if shown is None:  # no front end shows widgets
            return None
        return shown[0] | {"text/plain": repr(self)}, *shown[1:]


def guess(question: str, *choices: str) -> Guess:
    """Ask for a guess; call it on the last line of a cell, and show the answer in the next one.

    choices: the answers to choose from, two or more; with none a number is asked for.
    Returns: a widget; its `said` is the guess as text, "" before there is one.
    Raises: ValueError on a question that is empty, a single choice, or one that occurs twice.
    """
    if not isinstance(question, str) or not question.strip():
        raise ValueError(f"question is {question!r}; give the sentence to be answered")
    if len(choices) == 1 or len(set(choices)) != len(choices) or "" in choices:
        raise ValueError(f"choices are {choices}; give two or more different ones, or none")
    return Guess(question=question, choices=list(choices))
