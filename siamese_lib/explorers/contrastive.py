"""The contrastive loss to play with: a distance, same or different, and the margin."""

import anywidget
import ipywidgets as widgets
import traitlets

from siamese_lib.explorers.explorer import STYLE, Explorer, program, require_between, slider


class ContrastivePicture(anywidget.AnyWidget):
    """The loss over the distance, and the pair itself with its next step."""

    _esm = program("circle", "contrastive")
    _css = STYLE
    distance = traitlets.Float(min=0, max=2).tag(sync=True)
    is_same = traitlets.Bool().tag(sync=True)
    margin = traitlets.Float(min=0, max=2).tag(sync=True)


def contrastive_explorer(
    *, distance: float = 0.6, is_same: bool = False, margin: float = 1.0
) -> Explorer:
    """Move a pair, say whether it is genuine, move the margin; see loss and force at once.

    On the left is the loss over the distance, for genuine and for impostor pairs. On the right is
    the pair itself: the margin is a circle round X1, and arrows show where a step against the
    gradient moves the two. The force is minus the slope of the loss: above 0 it pushes the two
    apart, below 0 it pulls them together. At distance 0 it has no direction: there are no arrows.
    Both points follow the mouse and the arrow keys.

    Units: distance and margin are 0 to 2, as far as two unit vectors can be apart.
    Returns: an Explorer (an ipywidgets VBox); `.picture.distance` and so on can be read and set.
    Raises: ValueError where a number is outside its range or is_same is neither true nor false.
    Source: Y d^2 + (1 - Y) max(margin - d, 0)^2, Hadsell et al. 2006, with 1 for same.
    """
    require_between(0, 2, distance=distance, margin=margin)
    if is_same not in (0, 1):
        raise ValueError(f"is_same is {is_same!r}; give True or False")
    is_same = bool(is_same)
    controls = {
        "distance": slider("distance", distance, 0, 2),
        "is_same": widgets.Checkbox(value=is_same, description="a genuine pair (same)"),
        "margin": slider("margin", margin, 0, 2),
    }
    return Explorer(ContrastivePicture(distance=distance, is_same=is_same, margin=margin), controls)
