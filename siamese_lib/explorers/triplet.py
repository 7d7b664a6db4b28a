"""The triplet loss to play with: two cosines and the margin."""

import anywidget
import traitlets

from siamese_lib.explorers.explorer import STYLE, Explorer, program, require_between, slider


class TripletPicture(anywidget.AnyWidget):
    """The circle, the heat map and the hinge of one triplet."""

    _esm = program("circle", "triplet")
    _css = STYLE
    cos_ap = traitlets.Float(min=-1, max=1).tag(sync=True)
    cos_an = traitlets.Float(min=-1, max=1).tag(sync=True)
    margin = traitlets.Float(min=0, max=2).tag(sync=True)


def triplet_explorer(*, cos_ap: float = 0.6, cos_an: float = 0.5, margin: float = 0.25) -> Explorer:
    """Move cos(A,P), cos(A,N) and the margin; see loss, kind and gradient change at once.

    On the left are the three vectors on the unit circle; arrows show where a step against the
    gradient moves each of them, A as well. In the middle is the loss over both cosines, on the
    right the hinge. A, P, N and the points can be dragged, or moved with the arrow keys.

    Units: cosines are -1 to 1; margin is a difference of cosines, 0 to 2.
    Returns: an Explorer (an ipywidgets VBox); `.picture.cos_ap` and so on can be read and set.
    Raises: ValueError where a value is outside its range.
    Source: max(cos(A,N) - cos(A,P) + margin, 0), Schroff et al. 2015 with cosines.
    """
    require_between(-1, 1, cos_ap=cos_ap, cos_an=cos_an)
    require_between(0, 2, margin=margin)
    sliders = {
        "cos_ap": slider("cos(A,P)", cos_ap, -1, 1),
        "cos_an": slider("cos(A,N)", cos_an, -1, 1),
        "margin": slider("margin", margin, 0, 2),
    }
    return Explorer(TripletPicture(cos_ap=cos_ap, cos_an=cos_an, margin=margin), sliders)
