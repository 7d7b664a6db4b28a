"""The cost -cos(A,P) + cos(A,N) under the finger: three vectors on the unit circle."""

import anywidget
import traitlets

from siamese_lib.explorers.explorer import STYLE, Explorer, program, require_between, slider


class CostPicture(anywidget.AnyWidget):
    """The unit circle with A, P and N, and their place in the square of the two cosines."""

    _esm = program("cost")
    _css = STYLE
    cos_ap = traitlets.Float(min=-1, max=1).tag(sync=True)
    cos_an = traitlets.Float(min=-1, max=1).tag(sync=True)
    # Where A points, in radians, and on which side of it P and N lie: what a cosine cannot tell.
    angle_a = traitlets.Float(1.1).tag(sync=True)
    side_p = traitlets.Enum([-1, 1], 1).tag(sync=True)
    side_n = traitlets.Enum([-1, 1], -1).tag(sync=True)


def cost_explorer(*, cos_ap=0.8, cos_an=0.3):
    """Move cos(A,P) and cos(A,N), or drag A, P and N, and see -cos(A,P) + cos(A,N).

    Left the unit circle; the shaded half-plane is where N may lie while the cost is 0 or less: on
    the far side of the line through P, square to A. Right the cost over both cosines.

    Units: cosines -1 to 1, steps of 0.01; the cost runs from -2 to 2.
    Returns: an Explorer (an ipywidgets VBox); `.picture.cos_ap` and so on can be read and set.
    Raises: ValueError where a cosine is outside -1 to 1.
    Source: the Siamese week of DeepLearning.AI's Sequence Models, slide "Loss function".
    """
    require_between(-1, 1, cos_ap=cos_ap, cos_an=cos_an)
    sliders = {
        "cos_ap": slider("cos(A,P)", cos_ap, -1, 1),
        "cos_an": slider("cos(A,N)", cos_an, -1, 1),
    }
    return Explorer(CostPicture(cos_ap=cos_ap, cos_an=cos_an), sliders)
