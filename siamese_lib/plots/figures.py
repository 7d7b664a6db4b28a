"""Figures of what a network says: matrices, maps, histograms, ROC curves and pictures."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from siamese_lib.plots.look import CLASSES, COLOURS, figure_of


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
    return figure_of(axes)


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
    return figure_of(axes)


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
    return figure_of(axes)


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
    return figure_of(axes)


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
