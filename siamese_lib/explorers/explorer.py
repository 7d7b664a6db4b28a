"""What all explorers share: ipywidgets sliders joined, in the browser, to one picture.

The join is a `jslink`: moving a slider redraws the picture with no word to the kernel, so that it
answers within a frame and goes on answering on a static page.
"""

import math
import numbers
from pathlib import Path

import ipywidgets as widgets

HERE = Path(__file__).parent
STYLE = (HERE / "explorers.css").read_text(encoding="utf-8")


def program(name):
    """The JavaScript of one picture: the shared helpers, then the explorer's own file."""
    return "\n".join((HERE / f"{part}.js").read_text(encoding="utf-8") for part in ("common", name))


class Explorer(widgets.VBox):
    """Sliders above a picture; a value of the picture is the value of its slider, both ways.

    picture: the anywidget; its numbers can be read and set, `explorer.picture.margin = 0.5`.
    sliders: the ipywidgets, by the name of the picture's value that each moves.
    """

    def __init__(self, picture, sliders):
        self.picture, self.sliders = picture, sliders
        self._links = [
            widgets.jslink((slider, "value"), (picture, name)) for name, slider in sliders.items()
        ]
        super().__init__([*sliders.values(), picture])
        self.add_class("siamese-explorer")

    def close(self):
        """Take the explorer off every page and free all of it, in the kernel and the browser."""
        for part in (*self._links, *self.sliders.values(), self.picture):
            part.close()
        super().close()


def slider(name, value, low, high, *, step=0.01):
    """A slider that spans low to high and says its name and its value with two decimals."""
    return widgets.FloatSlider(
        value=value, min=low, max=high, step=step, description=name, readout_format=".2f",
        style={"description_width": "7em"}, layout={"width": "auto", "max_width": "36rem"},
    )  # fmt: skip


def require_between(low, high, **values):
    """ValueError where a named value is no finite number from low to high."""
    for name, value in values.items():
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not (is_number and math.isfinite(value) and low <= value <= high):
            raise ValueError(f"{name} is {value!r}; give a number from {low} to {high}")
