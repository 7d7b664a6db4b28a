"""The cost -cos(A,P) + cos(A,N) to play with: three vectors on the unit circle."""

import anywidget
import traitlets

from siamese_lib.explorers.explorer import STYLE, Explorer, program, require_between, slider


class CostPicture(anywidget.AnyWidget):
    """The unit circle with A, P and N, and the point of their two cosines in a square."""

    _esm = program("circle", "cost")
    _css = STYLE
    cos_ap = traitlets.Float(min=-1, max=1).tag(sync=True)
    cos_an = traitlets.Float(min=-1, max=1).tag(sync=True)
    # The direction of A, in radians, and the side of A on which P and N lie: cosines tell neither.
    angle_a = traitlets.Float(1.1).tag(sync=True)
    side_p = traitlets.Enum([-1, 1], 1).tag(sync=True)
    side_n = traitlets.Enum([-1, 1], -1).tag(sync=True)


def cost_explorer(*, cos_ap: float = 0.8, cos_an: float = 0.3) -> Explorer:
    """Move cos(A,P) and cos(A,N), or drag A, P and N, and see -cos(A,P) + cos(A,N).

    On the left is the unit circle. A bar along A is the shadow that P throws on it, from the
    centre to the foot of the perpendicular: its length is the cosine, and backwards it is below 0.
    N throws one, too. The cost is 0 or less while N lies in the shaded half-plane: seen from A,
    beyond the line through P at right angles to A. On the right is the cost over both cosines.

    Units: cosines are -1 to 1, in steps of 0.01; the cost runs from -2 to 2.
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
