"""A batch becomes its matrix: eight unit vectors in the plane, and the products of all pairs."""

import anywidget
import ipywidgets as widgets
import traitlets

from siamese_lib.explorers.explorer import STYLE, Explorer, program

# Directions in degrees. In row 3 a negative, P2, is nearer than the positive.
ANCHORS, POSITIVES = (20, 110, -160, -60), (50, 100, -85, -30)


class MatrixPicture(anywidget.AnyWidget):
    """The rows of v1 and v2 on the unit circle, and S, filled entry by entry."""

    _esm = program("circle", "player", "matrix")
    _css = STYLE
    v1 = traitlets.List(traitlets.Int(), list(ANCHORS)).tag(sync=True)
    v2 = traitlets.List(traitlets.Int(), list(POSITIVES)).tag(sync=True)
    # Entries are numbered row by row from 0: the one shown, and how many are filled in.
    entry = traitlets.Int(min=0).tag(sync=True)
    filled = traitlets.Int(1, min=1).tag(sync=True)


def matrix_explorer() -> Explorer:
    """See a batch of four pairs become its matrix S, entry by entry.

    On the left are the rows of v1 (anchors) and of v2 (positives) on the unit circle, in the middle
    S = v1 v2^T, on the right the numbers. Play fills S, row after row; an entry that is clicked, or
    reached with the arrow keys, shows which two vectors it comes from, and the products. A vector
    that is dragged, or turned with the arrow keys, changes its whole row or column.

    Returns: an Explorer (an ipywidgets VBox); `.picture.v1` and `.picture.v2`, directions in
    degrees, can be read and set.
    Source: the matrix of a batch on the slides of DeepLearning.AI's Sequence Models, with vectors
    that can be drawn.
    """
    entries = len(ANCHORS) ** 2
    slider = widgets.IntSlider(
        value=entries, min=1, max=entries, description="entries filled",
        style={"description_width": "7em"}, layout={"width": "auto", "max_width": "36rem"},
    )  # fmt: skip
    return Explorer(MatrixPicture(entry=entries - 1, filled=entries), {"filled": slider})
