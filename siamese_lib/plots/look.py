"""The style, the colours, and how a figure is shown: sharp, small and with its text."""

import base64
import io
from typing import Any, cast

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image  # comes with matplotlib

# Okabe and Ito's colours stay apart for colour-blind eyes and in grey print. Blue, green and
# vermilion mean A, P and N (or same and different) here and in the explorers, and nothing else.
COLOURS = {
    "anchor": "#0072B2", "positive": "#009E73", "negative": "#D55E00",
    "above": "#7F3B08", "below": "#5E3C99",  # 0, for a cost, a loss or a similarity
    # What has no role: a loss is ink, what a figure is about has the accent, its rival is grey.
    "ink": "#303030", "accent": "#CC79A7", "grey": "#7A7A7A",
}  # fmt: skip
CLASSES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5D5D5D", "#B8A500")

_SHARPNESS = 2  # pixels drawn for each pixel of the size shown; phones and newer screens have them


def style() -> None:
    """Set the look of all later figures: readable sizes, a light grid, a white background."""
    plt.rcParams.update({
        "figure.figsize": (6.4, 3.8), "figure.dpi": 90, "savefig.dpi": 90,
        "figure.facecolor": "white", "font.size": 11, "axes.titlesize": 12,
        "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "grid.color": "#E4E4E4", "axes.axisbelow": True,
        "axes.prop_cycle": plt.cycler(color=[COLOURS[role] for role in ("accent", "ink", "grey")]),
        "lines.linewidth": 2, "legend.frameon": False, "figure.constrained_layout.use": True,
    })  # fmt: skip


def show(figure: Figure, *, alt: str) -> None:
    """Display a figure with alternative text, which tells those who cannot see it what it shows.

    Raises: ValueError where alt is shorter than a sentence of four words.
    """
    from IPython.display import display

    if len(alt.split()) < 4:
        raise ValueError(f"alt is {alt!r}; say in a sentence what the figure shows")
    shown = picture(figure, alt)
    display(shown.pop("data"), **shown)


def picture(figure: Figure, alt: str) -> dict[str, Any]:
    """Close the figure and return the arguments that IPython's display takes to show it."""
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=_SHARPNESS * figure.dpi)
    plt.close(figure)
    return {**packed(drawn.getvalue(), alt, sharpness=_SHARPNESS), "raw": True}


def packed(png: bytes, alt: str, *, sharpness: int) -> dict[str, Any]:
    """A PNG as the data and metadata of a notebook's output.

    Its colours become a palette: a third of the bytes, and no difference that the eye can see.
    sharpness: pixels of the picture for each pixel of the size at which it is shown.
    """
    image, small = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return {
        "data": {"image/png": base64.b64encode(small.getvalue()).decode(), "text/plain": alt},
        "metadata": {"image/png": {"alt": alt, "width": image.width // sharpness}},
    }


def figure_of(axes: Axes) -> Figure:
    """The figure that the axes belong to."""
    return cast(Figure, axes.figure)  # it may be a SubFigure, which notebooks do not use
