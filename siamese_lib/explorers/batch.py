"""The modified triplet loss to play with: an editable similarity matrix of one batch."""

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from siamese_lib.explorers.explorer import STYLE, Explorer, program, require_between, slider
from siamese_lib.validate import require_finite, require_option

SLIDE_MATRIX = ((0.9, -0.8, 0.3, -0.5), (-0.8, 0.5, 0.1, -0.2), (0.3, 0.1, 0.7, -0.8),
                (-0.5, -0.2, -0.8, 1.0))  # fmt: skip


class BatchPicture(anywidget.AnyWidget):
    """The matrix, each of its rows on a line of similarities, and the loss of each row."""

    _esm = program("batch")
    _css = STYLE
    similarity = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    start = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    margin = traitlets.Float(min=0, max=2).tag(sync=True)
    negatives = traitlets.Enum(["closest", "hardest"]).tag(sync=True)
    reduction = traitlets.Enum(["mean", "sum"]).tag(sync=True)
    # The position of the chosen entry, and its value, which the first slider moves.
    row = traitlets.Int(min=0).tag(sync=True)
    column = traitlets.Int(min=0).tag(sync=True)
    entry = traitlets.Float(min=-1, max=1).tag(sync=True)


def batch_explorer(
    similarity: ArrayLike = SLIDE_MATRIX, *, margin: float = 0.25, negatives: str = "closest",
    reduction: str = "sum",
) -> Explorer:  # fmt: skip
    """Change the entries of S, the margin and the options; see each part of modified_triplet_loss.

    On the left is S, with anchors in rows: the framed diagonal holds the positives, a ring marks
    the negative that L2 takes, and the entries that it leaves out are crossed out. On the right
    each row is drawn on the line from -1 to 1; below is a table of mean negative, chosen negative,
    L1 and L2. Click an entry, then use its arrows, the arrow keys (up and down change it, left and
    right go to the next) or the slider. Rows and columns count from 0, as arrays do. One button
    puts -0.4 in place of the positive of row 2, 0.7, and another starts again.

    Shapes: similarity [batch, batch], 2 to 6 rows, entries -1 to 1; by default the 4 x 4 matrix
    of the DeepLearning.AI course's slides.
    Units: margin is a difference of cosines, 0 to 2.
    Returns: an Explorer (an ipywidgets VBox); `.picture.similarity` and so on can be read and set.
    Raises: ValueError on another shape, a value outside its range, or an unknown option word.
    Source: the Siamese week of DeepLearning.AI's Sequence Models, slide "Computing The Cost".
    """
    rows = _require_matrix(similarity)
    require_between(0, 2, margin=margin)
    require_option("negatives", negatives, ("closest", "hardest"))
    require_option("reduction", reduction, ("mean", "sum"))
    row, column = len(rows) // 2, len(rows) // 2
    entry = rows[row][column]
    picture = BatchPicture(
        similarity=rows, start=rows, margin=margin, negatives=negatives, reduction=reduction,
        row=row, column=column, entry=entry,
    )  # fmt: skip
    sliders = {
        "entry": slider("chosen entry", entry, -1, 1),
        "margin": slider("margin", margin, 0, 2),
    }
    return Explorer(picture, sliders)


def _require_matrix(similarity):
    matrix = np.asarray(similarity, float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not 2 <= len(matrix) <= 6:
        raise ValueError(f"similarity has shape {matrix.shape}; give a square of 2 to 6 rows")
    require_finite(similarity=matrix)
    if np.abs(matrix).max() > 1:
        worst = matrix.flat[np.abs(matrix).argmax()]
        raise ValueError(f"similarity holds {worst:g}; give cosines from -1 to 1")
    return matrix.tolist()
