"""One style for every figure, and one colour for each role."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike
from PIL import Image  # comes with matplotlib

# Okabe and Ito's colours stay apart for colour-blind eyes and in grey print.
# Above and below 0, a cost, a loss or a similarity has colours that are no role's.
COLOURS = {"anchor": "#0072B2", "positive": "#009E73", "negative": "#D55E00", "accent": "#CC79A7",
           "above": "#7F3B08", "below": "#5E3C99"}  # fmt: skip
CLASSES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5D5D5D", "#B8A500")

_SHARPNESS = 2  # pixels of a picture for each pixel of its size: what phones and newer screens have


def style() -> None:
    """Set the look of all later figures: readable sizes, a light grid, a white background."""
    plt.rcParams.update({
        "figure.figsize": (6.4, 3.8), "figure.dpi": 90, "savefig.dpi": 90,
        "figure.facecolor": "white", "font.size": 11, "axes.titlesize": 12,
        "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "grid.color": "#E4E4E4", "axes.axisbelow": True,
        "axes.prop_cycle": plt.cycler(color=CLASSES), "lines.linewidth": 2,
        "legend.frameon": False, "figure.constrained_layout.use": True,
    })  # fmt: skip


def show(figure: Figure, *, alt: str) -> None:
    """Display a figure with an alternative text, which says what it shows to those who cannot see.

    Raises: ValueError where alt is shorter than a sentence of four words.
    """
    from IPython.display import display

    if len(alt.split()) < 4:
        raise ValueError(f"alt is {alt!r}; say in a sentence what the figure shows")
    picture = _picture(figure, alt)
    display(picture.pop("data"), **picture)


def _picture(figure: Figure, alt: str) -> dict[str, Any]:
    """Close the figure and return the arguments that IPython's display takes to show it."""
    drawn = io.BytesIO()
    figure.savefig(drawn, dpi=_SHARPNESS * figure.dpi)
    plt.close(figure)
    return {**packed(drawn.getvalue(), alt, sharpness=_SHARPNESS), "raw": True}


def packed(png: bytes, alt: str, *, sharpness: int) -> dict[str, Any]:
    """A PNG as the data and metadata of a notebook's output.

    Its colours become a palette: a third of the bytes, and no eye finds the difference.
    sharpness: pixels of the picture for each pixel of the size at which it is shown.
    """
    image, small = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return {
        "data": {"image/png": base64.b64encode(small.getvalue()).decode(), "text/plain": alt},
        "metadata": {"image/png": {"alt": alt, "width": image.width // sharpness}},
    }


def _figure_of(axes: Axes) -> Figure:
    return cast(Figure, axes.figure)  # it may be a SubFigure, which notebooks do not use


def similarity_matrix(
    similarity: ArrayLike, *, rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None, title: str = "", label: str = "similarity",
    axes: Axes | None = None,
) -> Figure:  # fmt: skip
    """Draw a heat map of S [n, m] with its values written in and its diagonal framed.

    rows, columns: what to call the rows and the columns. Returns the figure.
    """
    similarity = np.asarray(similarity)
    n, m = similarity.shape
    if axes is None:
        _, axes = plt.subplots(figsize=(1.6 + 0.75 * m, 1.1 + 0.62 * n))
    axes.grid(False)
    image = axes.imshow(similarity, cmap="PuOr_r", vmin=-1, vmax=1, aspect="auto")
    axes.figure.colorbar(image, ax=axes, label=label, shrink=0.9)
    for i, j in np.ndindex(n, m):
        ink = "white" if abs(similarity[i, j]) > 0.7 else "black"
        axes.text(j, i, f"{similarity[i, j]:.2f}", ha="center", va="center", color=ink, fontsize=9)
    for i in range(min(n, m)):
        box = Rectangle((i - 0.48, i - 0.46), 0.96, 0.92, fill=False, lw=2.5)
        box.set_edgecolor(COLOURS["positive"])
        axes.add_patch(box)
    axes.set_xticks(range(m), map(str, range(m)) if columns is None else columns)
    axes.set_yticks(range(n), map(str, range(n)) if rows is None else rows)
    axes.set_title(title)
    return _figure_of(axes)


def embedding_map(
    embeddings: ArrayLike, labels: ArrayLike, *, names: Sequence[str] | None = None,
    title: str = "", axes: Axes | None = None,
) -> Figure:  # fmt: skip
    """Draw embeddings [n, dim] in the plane of their two main directions, one colour per label.

    Two dimensions are drawn as they are; more are projected on their principal components.
    """
    embeddings, labels = np.asarray(embeddings), np.asarray(labels)
    if axes is None:
        _, axes = plt.subplots(figsize=(5, 4.4))
    centred = embeddings - embeddings.mean(axis=0)
    points = embeddings
    if embeddings.shape[1] > 2:
        points = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    for k, label in enumerate(np.unique(labels)):
        own = points[labels == label]
        name = str(label) if names is None else names[k]
        axes.scatter(
            own[:, 0], own[:, 1], s=22, color=CLASSES[k % len(CLASSES)], label=name, alpha=0.85
        )
    axes.set(xlabel="first direction", ylabel="second direction", title=title)
    axes.set_aspect("equal", adjustable="datalim")
    if len(np.unique(labels)) <= len(CLASSES):
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return _figure_of(axes)


def pair_histogram(
    similarity: ArrayLike, is_same: ArrayLike, *, threshold: float | None = None,
    title: str = "", axes: Axes | None = None,
) -> Figure:  # fmt: skip
    """Draw the similarities of same and of different pairs, with the threshold between them."""
    similarity, is_same = np.asarray(similarity), np.asarray(is_same)
    if axes is None:
        _, axes = plt.subplots()
    bins = np.linspace(min(-0.2, similarity.min()), 1, 41).tolist()
    for value, role, name in ((1, "positive", "same"), (0, "negative", "different")):
        own = similarity[is_same == value]
        axes.hist(own, bins, color=COLOURS[role], alpha=0.6, label=f"{name} ({len(own):,} pairs)")
    if threshold is not None:
        axes.axvline(threshold, color="black", ls="--", label=f"threshold {threshold:.2f}")
    axes.set(xlabel="cosine similarity of the pair", ylabel="pairs", title=title)
    axes.legend(loc="upper left")
    return _figure_of(axes)


def roc(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]], *, title: str = "", axes: Axes | None = None
) -> Figure:
    """Draw ROC curves; curves is {name: (false_positive_rate, true_positive_rate)}."""
    if axes is None:
        _, axes = plt.subplots(figsize=(4.6, 4.2))
    for name, (false_positive, true_positive) in curves.items():
        axes.plot(false_positive, true_positive, label=name)
    axes.plot([0, 1], [0, 1], color="grey", ls=":", lw=1.5, label="guessing")
    axes.set(xlabel="false positive rate", ylabel="true positive rate", title=title)
    axes.set_aspect("equal")
    axes.legend(loc="lower right", fontsize=9)
    return _figure_of(axes)


def loss_curve(
    history: Mapping[str, Sequence[float]], *, title: str = "", axes: Axes | None = None,
    validation: str = "validation",
) -> Figure:  # fmt: skip
    """Draw the loss of every step and its running mean, with any validation after each epoch.

    validation: the name of what was measured there, written beside the right axis.
    """
    if axes is None:
        _, axes = plt.subplots()
    loss = np.asarray(history["loss"])
    width = max(1, len(loss) // 30)
    axes.plot(loss, color=COLOURS["anchor"], alpha=0.25, lw=1, label="loss of a step")
    if len(loss) >= width:
        smooth = np.convolve(loss, np.ones(width) / width, "valid")
        steps = np.arange(width - 1, len(loss))
        axes.plot(steps, smooth, color=COLOURS["anchor"], label=f"mean of {width} steps")
    axes.set(xlabel="step", ylabel="loss", title=title)
    handles, names = axes.get_legend_handles_labels()
    if history.get("validation"):
        other = axes.twinx()
        epochs = (
            np.arange(1, len(history["validation"]) + 1) * len(loss) / len(history["epoch_loss"])
        )
        (line,) = other.plot(epochs, history["validation"], "o-", color=COLOURS["accent"])
        other.set_ylabel(validation)
        other.grid(False)
        other.spines["right"].set_visible(True)
        handles, names = [*handles, line], [*names, "validation (right axis)"]
    axes.legend(handles, names, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9)
    return _figure_of(axes)


def live_loss_curve(
    *, alt: str = "Loss curve of the training run, step by step.", validation: str = "validation"
) -> Callable[[Mapping[str, Sequence[float]]], None]:
    """A function for fit(on_epoch=...) that draws the curve anew, in place, after each epoch."""
    from IPython.display import display

    handle = display({"text/plain": "waiting for the first epoch"}, raw=True, display_id=True)

    def draw(history):
        picture = _picture(loss_curve(history, validation=validation), alt)
        handle.update(picture.pop("data"), **picture)

    return draw


def image_grid(
    images: ArrayLike, *, titles: Sequence[str] | None = None, columns: int = 10,
    frames: Sequence[str] | None = None, title: str = "",
) -> Figure:  # fmt: skip
    """Draw pictures [n, h, w] in rows, dark ink on white.

    titles: the text above each picture. frames: the colour of the border round each picture.
    """
    images = np.asarray(images)
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = 0.85 * rows + (0.22 * rows if titles is not None else 0) + (0.35 if title else 0)
    figure, grid = plt.subplots(rows, columns, figsize=(0.85 * columns, height), squeeze=False)
    for k, axes in enumerate(grid.flat):
        axes.grid(False)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(k < len(images))
            if frames is not None and k < len(images):
                spine.set(color=frames[k], linewidth=3)
        if k < len(images):
            axes.imshow(images[k], cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            if titles is not None:
                axes.set_title(titles[k], fontsize=9)
    figure.suptitle(title)
    return figure
