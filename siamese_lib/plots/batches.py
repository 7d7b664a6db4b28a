"""Drawings of whole batches: two lists of vectors and their matrix, and triplets on three axes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import ArrayLike

from siamese_lib.plots.look import COLOURS

# The grounds of the three kinds of triplets, as notebook 03 draws their regions.
_KINDS = {
    "easy": (COLOURS["below"], 0.2),
    "semi-hard": (COLOURS["above"], 0.15),
    "hard": (COLOURS["above"], 0.35),
}


def batch_matrix(v1: ArrayLike, v2: ArrayLike, *, entry: tuple[int, int]) -> Figure:
    """Draw how a batch becomes S: v1 [b, dim] on the left, v2 on top, their products between.

    entry: (i, j), the entry of S that is followed back to row i of v1 and row j of v2.
    Raises: ValueError where the shapes differ, or the entry is outside of S.
    """
    v1, v2 = np.asarray(v1, float), np.asarray(v2, float)
    if v1.shape != v2.shape or v1.ndim != 2:
        raise ValueError(f"v1 has shape {v1.shape}, v2 {v2.shape}; give two lists [b, dim]")
    (b, dim), (i, j) = v1.shape, entry
    if not (0 <= i < b and 0 <= j < b):
        raise ValueError(f"entry is {entry}; give two numbers from 0 to {b - 1}")
    figure, axes = plt.subplots(figsize=(1.2 + 0.62 * (b + dim), 0.9 + 0.5 * (b + dim)))
    colours = plt.get_cmap("PuOr_r")  # as in similarity_matrix
    for (row, column), value in np.ndenumerate(v1 @ v2.T):
        ink = "white" if abs(value) > 0.7 else "black"
        _cell(axes, column, row, value, colours((value + 1) / 2), ink)
    for (row, column), value in np.ndenumerate(v1):
        _cell(axes, column - dim - 0.6, row, value, (COLOURS["anchor"], 0.5 if row == i else 0.15))
    for (row, column), value in np.ndenumerate(v2):
        _cell(
            axes, row, column - dim - 0.6, value, (COLOURS["positive"], 0.5 if row == j else 0.15)
        )
    for k in range(b):
        _frame(axes, k, k, COLOURS["positive"], "-")
    _frame(axes, j, i, "black", "--")
    _name_lists(axes, b, dim)
    axes.set(xlim=(-dim - 2.6, b - 0.4), ylim=(b - 0.4, -dim - 1.8))
    axes.axis("off")
    return figure


def _name_lists(axes, b, dim):
    for k in range(b):
        axes.text(-dim - 1.25, k, f"row {k}", ha="right", va="center")
        axes.text(k, -dim - 1.25, f"row {k}", ha="center", va="bottom")
    axes.text(-dim / 2 - 1.1, -0.75, "$V_1$", ha="center", va="bottom", fontsize=13)
    axes.text(-0.75, -dim / 2 - 1.1, r"$V_2^\top$", ha="right", va="center", fontsize=13)
    axes.text(-dim - 2.4, -dim - 1, "S[i, j] = row i of v1\n           · row j of v2", va="center")


def _cell(axes, x, y, value, colour, ink="black"):
    axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, fc=colour, ec="white", lw=1.5))
    axes.text(x, y, f"{np.round(value, 2) + 0.0:.2f}", ha="center", va="center", fontsize=9,
              color=ink)  # fmt: skip


def _frame(axes, x, y, colour, dashes, lw=2.5):
    axes.add_patch(
        Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, fill=False, ec=colour, lw=lw, ls=dashes)
    )


def triplet_table(
    similarity: ArrayLike, labels: ArrayLike, *, margin: float, entry: tuple[int, int, int]
) -> Figure:
    """Draw gap[i, j, k] = S[i, k] - S[i, j] as one table [j, k] for each anchor i.

    Row i of S stands at the left of its table, over j, and lies on top of it, over k. An entry has
    a colour where j is a positive of i and k a negative. entry: the (i, j, k) that is framed, with
    the two cosines it is made of.
    Raises: ValueError where similarity is not [b, b] for b labels, or the entry is outside.
    """
    similarity, labels = np.asarray(similarity), np.asarray(labels)
    b = len(labels)
    if similarity.shape != (b, b):
        raise ValueError(f"similarity has shape {similarity.shape}; give ({b}, {b}) for {b} labels")
    if not all(0 <= index < b for index in entry):
        raise ValueError(f"entry is {entry}; give three numbers from 0 to {b - 1}")
    figure, row = plt.subplots(1, b, figsize=(2.6 * b, 3.6), squeeze=False)
    for i, axes in enumerate(row[0]):
        _table(axes, similarity[i], i, labels, margin)
    i, j, k = entry
    for x, y in ((k, j), (k, -1.4), (-1.4, j)):
        _frame(row[0, i], x, y, "black", "--")
    patches = [Patch(color=ground, label=kind) for kind, ground in _KINDS.items()]
    figure.legend(handles=patches, loc="outside lower center", ncols=3)
    return figure


def _table(axes, cosines, i, labels, margin):
    """One anchor's table: its positives j downwards, its negatives k to the right."""
    b = len(cosines)
    for j, k in np.ndindex(b, b):
        gap = cosines[k] - cosines[j]
        is_triplet = j != i and labels[j] == labels[i] != labels[k]
        kind = "hard" if gap >= 0 else "semi-hard" if gap > -margin else "easy"
        _cell(axes, k, j, gap, _KINDS[kind] if is_triplet else "#F4F4F4",
              "black" if is_triplet else "#6A6A6A")  # fmt: skip
    for k, cosine in enumerate(cosines):
        for x, y in ((k, -1.4), (-1.4, k)):
            _cell(axes, x, y, cosine, "white")
            _frame(axes, x, y, "#9A9A9A", "-", lw=0.8)
    names = [f"{k} {label}" for k, label in enumerate(labels)]
    axes.set_xticks(range(b), names)
    axes.set_yticks(range(b), names if i == 0 else [""] * b)
    axes.set(xlim=(-2, b - 0.4), ylim=(b - 0.4, -2), aspect="equal", title=f"i: anchor {names[i]}",
             xlabel="k: negative", ylabel="" if i else "j: positive")  # fmt: skip
    axes.grid(False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
