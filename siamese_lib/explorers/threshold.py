"""Where to cut? The similarities that a trained model gives, and a threshold to move."""

import math
from pathlib import Path

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from siamese_lib.evaluation import metrics
from siamese_lib.explorers.explorer import STYLE, Explorer, program, require_between, slider

RECORDED = Path(__file__).parent.parent / "data" / "explorer_threshold.csv"


class ThresholdPicture(anywidget.AnyWidget):
    """Histograms, ROC curve and confusion matrix of pairs at one threshold."""

    _esm = program("threshold")
    _css = STYLE
    threshold = traitlets.Float().tag(sync=True)
    # Similarities in ascending order, so that a threshold is found by binary search.
    same: traitlets.List = traitlets.List().tag(sync=True)
    different: traitlets.List = traitlets.List().tag(sync=True)
    roc: traitlets.List = traitlets.List().tag(
        sync=True
    )  # [false positive rates, true positive rates]
    auc = traitlets.Float().tag(sync=True)
    low = traitlets.Float().tag(sync=True)
    high = traitlets.Float().tag(sync=True)


def threshold_explorer(
    similarity: ArrayLike | None = None, is_same: ArrayLike | None = None, *,
    threshold: float = 0.7,
) -> Explorer:  # fmt: skip
    """Move the threshold; see accuracy, precision, recall, the errors and the point on the ROC.

    On the left are the similarities, same pairs upwards and different pairs downwards; what the
    threshold gets wrong is drawn solid. Drag the line, or move it with the arrow keys. "Same" means
    similarity > threshold, as in siamese_lib.evaluation.metrics, which computes the numbers.

    Shapes: similarity [n] float, is_same [n] of 0 and 1. By default 2,000 pairs drawn at random
    from the 12,740 test pairs of notebook 05, with the similarities that its network (seed 0)
    gives them, to 4 decimals.
    Units: cosines by default. The threshold moves in steps of 0.01, and a finer one is rounded; its
    slider covers 0 to 1 and all similarities.
    Returns: an Explorer (an ipywidgets VBox); `.picture.threshold` can be read and set.
    Raises: ValueError where metrics.roc_auc does, only one of the arrays is given, or the threshold
    is outside the slider.
    Source: tools/record_explorers.py records the pairs.
    """
    if similarity is None and is_same is None:
        similarity, is_same = np.loadtxt(RECORDED, delimiter=",", skiprows=1).T
    elif similarity is None or is_same is None:
        raise ValueError("similarity and is_same belong together; give both or neither")
    auc = metrics.roc_auc(similarity, is_same)
    similarity, is_same = np.asarray(similarity, float), np.asarray(is_same)
    # Rounded first, so that a float32 cosine of 1.0000001 does not lengthen the axis.
    low = min(0.0, math.floor(round(similarity.min(), 6) * 10) / 10)
    high = max(1.0, math.ceil(round(similarity.max(), 6) * 10) / 10)
    require_between(low, high, threshold=threshold)
    threshold = round(threshold, 2)
    picture = ThresholdPicture(
        threshold=threshold, auc=auc, low=low, high=high,
        same=np.sort(similarity[is_same == 1]).tolist(),
        different=np.sort(similarity[is_same == 0]).tolist(),
        roc=[rate.tolist() for rate in metrics.roc_curve(similarity, is_same)[:2]],
    )  # fmt: skip
    return Explorer(picture, {"threshold": slider("threshold", threshold, low, high)})
