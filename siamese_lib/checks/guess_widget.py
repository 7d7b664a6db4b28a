"""The widget of a guess."""

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
