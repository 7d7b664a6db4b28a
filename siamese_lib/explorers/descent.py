"""Gradient steps on the cost -cos(A,P) + cos(A,N): three vectors turn as notebook 02's do."""

import anywidget
import ipywidgets as widgets
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from siamese_lib.explorers.explorer import STYLE, Explorer, program
from siamese_lib.validate import require_finite

RATE, STEPS = 0.15, 20  # of notebook 02


class DescentPicture(anywidget.AnyWidget):
    """A, P and N after some gradient steps, and the cost over all of them."""

    _esm = program("circle", "descent")
    _css = STYLE
    start = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)  # A, P and N
    step = traitlets.Int(min=0).tag(sync=True)
    rate = traitlets.Float(RATE).tag(sync=True)
    count = traitlets.Int(STEPS).tag(sync=True)


def descent_explorer(
    anchor: ArrayLike = (1.0, 0.0), positive: ArrayLike = (-0.2, 1.0),
    negative: ArrayLike = (1.0, 0.35),
) -> Explorer:  # fmt: skip
    """Take twenty gradient steps on -cos(A,P) + cos(A,N), and see A, P and N turn.

    On the left are the vectors and the way they came, on the right the cost of each step. A vector
    that is dragged, or turned with the arrow keys, makes a new start. Steps are 0.15 of the
    gradient, as in notebook 02, whose start is the default.

    Shapes: anchor, positive, negative [2] float, of any length but 0.
    Returns: an Explorer (an ipywidgets VBox); `.picture.step` and `.picture.start` can be read and
    set.
    Raises: ValueError where a vector has another shape or no direction, or on NaN or infinity.
    Source: the gradient of the cosine by hand, which a test compares with jax.grad.
    """
    named = {"anchor": anchor, "positive": positive, "negative": negative}
    vectors = {name: np.asarray(vector, float) for name, vector in named.items()}
    for name, vector in vectors.items():
        if vector.shape != (2,):
            raise ValueError(f"{name} has shape {vector.shape}; give two numbers")
        require_finite(**{name: vector})
        if not vector.any():
            raise ValueError(f"{name} is the zero vector; give one with a direction")
    slider = widgets.IntSlider(
        value=0, min=0, max=STEPS, description="step",
        style={"description_width": "7em"}, layout={"width": "auto", "max_width": "36rem"},
    )  # fmt: skip
    picture = DescentPicture(start=[vector.tolist() for vector in vectors.values()])
    return Explorer(picture, {"step": slider})
