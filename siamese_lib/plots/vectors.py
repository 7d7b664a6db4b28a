"""Drawings of vectors: gradients that add up, unit vectors and their shadows, vectors that turn."""

from collections.abc import Collection, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from siamese_lib.plots.look import COLOURS, figure_of


def gradient_sum(first: ArrayLike, second: ArrayLike, *, weights: tuple[str, str]) -> Figure:
    """Draw the gradients of two weights from two branches head to tail, and their sum.

    first, second: [2], the gradient from each branch. weights: what the two weights are called.
    Raises: ValueError where a gradient is not two numbers.
    """
    one, other = _of_plane("first", first), _of_plane("second", second)
    figure, axes = plt.subplots(figsize=(4.4, 4))
    corners = np.stack([np.zeros(2), one, one + other])
    names = {"branch 1": "ink", "branch 2": "grey", "shared weights": "accent"}
    for (name, colour), (tail, head) in zip(
        names.items(), corners[[[0, 1], [1, 2], [0, 2]]], strict=True
    ):
        _arrow(axes, tail, head, COLOURS[colour])
        _beside(axes, tail, head, corners.mean(axis=0), f"{name}\n{_written(head - tail)}")
    low, high = corners.min(), corners.max()
    sides = low - 0.35 * (high - low), high + 0.35 * (high - low)
    axes.set(xlabel=f"gradient of {weights[0]}", ylabel=f"gradient of {weights[1]}",
             xlim=sides, ylim=sides, aspect="equal")  # fmt: skip
    return figure


def unit_circle(
    vectors: Mapping[str, ArrayLike], *, shadows: Collection[str] = (), title: str = "",
    axes: Axes | None = None,
) -> Figure:  # fmt: skip
    """Draw vectors [2] at length 1 as arrows from the middle of the unit circle.

    vectors: {role: vector}; the roles are anchor, positive and negative. shadows: the roles that
    throw a shadow on the anchor; its length, from the middle to the foot, is their cosine.
    Raises: ValueError where a vector is zero or not two numbers.
    """
    units = {role: _unit(role, vector) for role, vector in vectors.items()}
    if axes is None:
        _, axes = plt.subplots(figsize=(5, 3.6))
    axes.add_patch(Circle((0, 0), 1, fill=False, color="grey", lw=1))
    for role in shadows:
        _shadow(axes, units["anchor"], units[role], COLOURS[role])
    places = _apart(np.array(list(units.values())))
    for (role, unit), place in zip(units.items(), places, strict=True):
        _arrow(axes, (0, 0), unit, COLOURS[role])
        x, y = 1.15 * place
        axes.text(x, y, role[0].upper(), ha="center", va="center", fontsize=14, color=COLOURS[role])
    lowest = min(unit[1] for unit in units.values())
    axes.set(xlim=(-1.3, 1.3), ylim=(-0.45 if lowest > -0.1 else -1.3, 1.3), aspect="equal",
             xlabel="first number", ylabel="second number", title=title)  # fmt: skip
    return figure_of(axes)


def _apart(units, least=0.35):
    """Directions for the letters, near those of the vectors and so far apart that none overlap."""
    points = units @ [1, 1j]
    middle = points.sum() or 1  # angles are counted from here, so that none jumps by a full turn
    angles = np.angle(points / middle)
    order = np.argsort(angles)
    for near, far in [*zip(order, order[1:], strict=False)] * 3:
        lack = max(0, least - (angles[far] - angles[near]))
        angles[near] -= lack / 2
        angles[far] += lack / 2
    turned = middle / abs(middle) * np.exp(1j * angles)
    return np.stack([turned.real, turned.imag], axis=1)


def _shadow(axes, onto, unit, colour):
    """The perpendicular from a unit vector's tip, its foot, and the shadow as a pale band."""
    cosine = onto @ unit
    foot, across = cosine * onto, np.array([-onto[1], onto[0]])
    up = across if across @ unit >= 0 else -across
    axes.plot(*np.stack([0 * foot, foot]).T, color=colour, alpha=0.35, lw=11,
              solid_capstyle="butt")  # fmt: skip
    axes.plot(*np.stack([-onto, onto]).T, color="grey", ls=":", lw=1)  # A's line, also behind it
    axes.plot(*np.stack([unit, foot]).T, color=colour, ls="--", lw=1.5)
    axes.plot(*foot, "o", color=colour, ms=6, zorder=4)
    if up @ unit > 0.2:  # room for the mark of a right angle
        side = -np.sign(np.round(cosine, 6) or 1) * onto
        axes.plot(*(foot + 0.09 * np.stack([side, side + up, up])).T, color=colour, lw=1)
    axes.annotate(f"shadow {np.round(cosine, 3) + 0.0:.3f}", foot / 2, -18 * up,
                  textcoords="offset points", ha="center", va="center")  # fmt: skip


def turning(walk: Mapping[str, ArrayLike], costs: Sequence[float], *, at: Sequence[int]) -> Figure:
    """Draw how A, P and N turn: the cost of all steps, the vectors at some, earlier ones pale.

    walk: {role: [steps, 2]}, where each vector stood before the first step and after each. costs:
    [steps]. at: the steps that get a circle.
    Raises: ValueError where walk and costs differ in length, or a step of at is none of theirs.
    """
    lengths = {len(np.asarray(steps)) for steps in walk.values()}
    if lengths != {len(costs)} or not set(at) <= set(range(len(costs))):
        raise ValueError(
            f"at is {tuple(at)}, with {len(costs)} costs and walks of {sorted(lengths)} steps; "
            "give as many costs as places, and steps among them"
        )
    figure, axes = plt.subplot_mosaic(
        [["cost"] * len(at), list(at)], figsize=(1.95 * len(at), 4.4), height_ratios=(1, 1)
    )
    curve = axes["cost"]
    curve.plot(costs, color=COLOURS["ink"])
    curve.plot(at, np.asarray(costs)[list(at)], "o", color=COLOURS["ink"])
    curve.axhline(0, color="grey", ls=":")
    curve.set(xlabel="step", ylabel="cost", ylim=(-2.1, 2.1), yticks=range(-2, 3), xticks=at)
    for before, step in zip((at[0], *at), at, strict=False):
        _turned(axes[step], walk, before, step)
    return figure


def _turned(axes, walk, before, step):
    """The circle at a step, with the places since an earlier step as pale lines."""
    for role, steps in walk.items():
        for passed in np.asarray(steps)[before:step]:
            line = np.stack([np.zeros(2), _unit(role, passed)])
            axes.plot(*line.T, color=COLOURS[role], alpha=0.22, lw=1.5)
    now = {role: np.asarray(steps)[step] for role, steps in walk.items()}
    unit_circle(now, title=f"step {step}", axes=axes)
    axes.set(ylim=(-1.3, 1.3))
    axes.axis("off")


def _arrow(axes, tail, head, colour):
    look = {"arrowstyle": "-|>", "lw": 2.5, "color": colour, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", head, tail, arrowprops=look)


def _beside(axes, tail, head, inside, text):
    """Write beside the middle of an arrow, on the side away from a point."""
    along, middle = head - tail, (tail + head) / 2
    across = np.array([along[1], -along[0]]) / (np.linalg.norm(along) or 1)
    x, y = across if across @ (middle - inside) >= 0 else -across
    axes.annotate(
        text, middle, (9 * x, 9 * y), textcoords="offset points",
        ha="left" if x > 0.3 else "right" if x < -0.3 else "center",
        va="bottom" if y > 0.6 else "top" if y < -0.6 else "center",
    )  # fmt: skip


def _written(vector):
    return f"({vector[0] + 0.0:.1f}, {vector[1] + 0.0:.1f})"


def _of_plane(name, vector):
    vector = np.asarray(vector, float)
    if vector.shape != (2,):
        raise ValueError(f"{name} has shape {vector.shape}; give two numbers, which can be drawn")
    return vector


def _unit(name, vector):
    vector = _of_plane(name, vector)
    if not vector.any():
        raise ValueError(f"{name} is the zero vector; give one that has a direction")
    return vector / np.linalg.norm(vector)
