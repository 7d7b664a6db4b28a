"""What all explorers share: ipywidgets sliders that are linked to one picture in the browser.

The link is a `jslink`: moving a slider redraws the picture without asking the kernel, so that it
responds within a frame, even on a static page.
"""

import math
import numbers
from collections.abc import Mapping
from pathlib import Path

import anywidget
import ipywidgets as widgets

HERE = Path(__file__).parent
STYLE = (HERE / "explorers.css").read_text(encoding="utf-8")


def program(*names: str) -> str:
    """The JavaScript of one picture: the shared helpers, then the explorer's own files."""
    files = (HERE / f"{name}.js" for name in ("common", "handles", *names))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


class Explorer(widgets.VBox):
    """Sliders above a picture; a slider and its value in the picture always move together.

    picture: the anywidget; its values can be read and set, as in `explorer.picture.margin = 0.5`.
    sliders: the ipywidgets, under the name of the value that each of them moves.
    """

    def __init__(self, picture: anywidget.AnyWidget, sliders: Mapping[str, widgets.Widget]) -> None:
        self.picture, self.sliders = picture, sliders
        self._links = [
            widgets.jslink((slider, "value"), (picture, name)) for name, slider in sliders.items()
        ]
        super().__init__([*sliders.values(), picture])
        self.add_class("siamese-explorer")

    def close(self) -> None:
        """Remove the explorer from every page, and free it in the kernel and in the browser."""
        for part in (*self._links, *self.sliders.values(), self.picture):
            part.close()
        super().close()


def slider(
    name: str, value: float, low: float, high: float, *, step: float = 0.01
) -> widgets.FloatSlider:
    """A slider from low to high that shows its name, and its value with two decimals."""
    return widgets.FloatSlider(
        value=value, min=low, max=high, step=step, description=name, readout_format=".2f",
        style={"description_width": "7em"}, layout={"width": "auto", "max_width": "36rem"},
    )  # fmt: skip


def require_between(low: float, high: float, **values: float) -> None:
    """ValueError where a named value is not a finite number from low to high."""
    for name, value in values.items():
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not (is_number and math.isfinite(value) and low <= value <= high):
            raise ValueError(f"{name} is {value!r}; give a number from {low} to {high}")
