"""A training run to scrub through: the map of embeddings, the loss and the triplets over time."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as widgets
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from siamese_lib.energy import pairwise_cosine
from siamese_lib.explorers.explorer import STYLE, Explorer, program
from siamese_lib.validate import require_finite, require_margin, require_option

DATA = Path(__file__).parent.parent / "data"
RECORDED = ("random", "hardest")
GRAIN = 1000  # positions on the map from its middle to its edge


class ReplayPicture(anywidget.AnyWidget):
    """The map of each run at one step, beside the curves of the whole training."""

    _esm = program("player", "replay")
    _css = STYLE
    step = traitlets.Int(min=0).tag(sync=True)
    # One or two of record_run's dicts. A run's points[frame] is x, y, x, y, ... in thousandths of
    # its reach; its labels index its names.
    runs: traitlets.List = traitlets.List().tag(sync=True)


def replay_explorer(*runs: str | Mapping[str, Any]) -> Explorer:
    """Scrub through one training run, or two side by side: where the embeddings lie, step by step.

    It opens untrained, on step 0; Play and one slider move both runs. Above are the maps, to one
    scale, and the loss of each step. Below, over all triplets of the points shown, are the share of
    active ones (those with a loss) and the mean distances 1 - cos within and between classes. A run
    that ended before the other stays at its last frame.

    runs: one or two. "random" and "hardest", shown if none is given, are recorded with eight
    letters of notebook 03: its training on random triplets, and its collapse. record_run makes
    others.
    Returns: an Explorer (an ipywidgets VBox); `.picture.step` can be read and set.
    Raises: ValueError on an unknown word, or more than two runs.
    Source: tools/record_explorers.py records both runs.
    """
    if len(runs) > 2:
        raise ValueError(f"{len(runs)} runs; give one, or two to see side by side")
    shown = [_recorded(run) if isinstance(run, str) else dict(run) for run in runs or RECORDED]
    stops = sorted({step for run in shown for step in run["steps"]})
    slider = widgets.IntSlider(
        value=stops[0], min=stops[0], max=stops[-1], step=math.gcd(*np.diff(stops).tolist()),
        description="step", style={"description_width": "7em"},
        layout={"width": "auto", "max_width": "36rem"},
    )  # fmt: skip
    return Explorer(ReplayPicture(step=stops[0], runs=shown), {"step": slider})


def _recorded(name):
    require_option("run", name, RECORDED)
    record = json.loads((DATA / f"explorer_{name}.json").read_text(encoding="utf-8"))
    return {"title": name, **record}


def record_run(
    title: str, frames: ArrayLike, labels: ArrayLike, loss: ArrayLike, *,
    steps: ArrayLike | None = None, names: Sequence[str] | None = None, margin: float = 0.25,
) -> dict[str, Any]:  # fmt: skip
    """A training run of your own for replay_explorer.

    Keep the embeddings after each epoch of `fit`:

        frames = [encode(model, pictures)]
        history = fit(..., on_epoch=lambda _: frames.append(encode(model, pictures)))
        replay_explorer(record_run("mine", frames, labels, history["loss"]))

    Shapes: frames [frame, point, dim]: dim 2 is drawn as it is, more dimensions are projected on
    the two main directions of all frames together; labels [point]; loss [step], one number for each
    training step.
    title: what to call the run.
    steps: the number of training steps before each frame; by default spread evenly from 0 to all.
    names: what to call the labels, in ascending order.
    margin: that of the triplets that are counted, a difference of cosines, 0 to 2.
    Raises: ValueError where sizes do not agree, there are no two classes or none with a pair, or
    a value is outside its range.
    """
    frames, labels, loss = np.asarray(frames, float), np.asarray(labels), np.asarray(loss, float)
    _require_run(frames, labels, loss)
    require_margin(margin)
    kinds, own = np.unique(labels, return_inverse=True)
    if np.bincount(own).max() < 2 or len(kinds) < 2:
        raise ValueError(f"labels are {kinds.tolist()[:5]}; give two classes, one with a pair")
    names = [str(kind) for kind in kinds] if names is None else [str(name) for name in names]
    if len(names) != len(kinds):
        raise ValueError(f"{len(names)} names for {len(kinds)} labels; give one each")
    points, reach = plane_points(frames)
    return {
        "title": title,
        "steps": _steps(steps, len(frames), len(loss)), "points": points, "reach": reach,
        "labels": own.tolist(), "names": names, "loss": loss.tolist(), "margin": float(margin),
        **{k: v.tolist() for k, v in triplet_summary(frames, labels, margin=margin).items()},
    }  # fmt: skip


def triplet_summary(
    frames: Sequence[np.ndarray] | np.ndarray, labels: ArrayLike, *, margin: float = 0.25
) -> dict[str, np.ndarray]:
    """All triplets of each frame in numbers: the share active, the mean distances of both kinds.

    Shapes: frames [frame, point, dim] float, labels [point] -> a dict of arrays [frame].
    Units: "active" is a share, 0 to 1; "within" and "between" classes are mean 1 - cos, 0 to 2.
    """
    labels = np.asarray(labels)
    is_same = labels[:, None] == labels
    is_pair = is_same & ~np.eye(len(labels), dtype=bool)
    rows: dict[str, list] = {"active": [], "within": [], "between": []}
    for frame in frames:
        cosine = np.asarray(pairwise_cosine(frame, frame), float)
        active = count = 0
        for anchor in range(len(labels)):
            positives, negatives = cosine[anchor, is_pair[anchor]], cosine[anchor, ~is_same[anchor]]
            # For negatives nearer than this the loss cos(A,N) - cos(A,P) + margin is above 0.
            active += (negatives > positives[:, None] - margin).sum()
            count += positives.size * negatives.size
        rows["active"].append(active / count)
        rows["within"].append(1 - cosine[is_pair].mean())
        rows["between"].append(1 - cosine[~is_same].mean())
    return {name: np.array(values) for name, values in rows.items()}


def plane_points(frames: ArrayLike) -> tuple[list[list[int]], float]:
    """All frames on one map: (whole numbers [frame][x, y, x, y, ...], half the map's width).

    Shapes: frames [frame, point, dim] float. The numbers are thousandths of that half.
    """
    frames = np.asarray(frames, float)
    flat = frames.reshape(-1, frames.shape[2])
    if flat.shape[1] > 2:
        centred = flat - flat.mean(axis=0)
        flat = centred @ np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]
    reach = _round_up(np.abs(flat).max())
    return np.round(flat / reach * GRAIN).astype(int).reshape(len(frames), -1).tolist(), reach


def _round_up(value):
    """The smallest of ..., 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, ... that is not below the value."""
    unit = 10.0 ** math.floor(math.log10(max(value, 1e-6)))
    return next(k * unit for k in (1, 2, 5, 10) if k * unit >= value - 1e-9)


def _require_run(frames, labels, loss):
    if frames.ndim != 3 or len(frames) < 2 or frames.shape[2] < 2:
        raise ValueError(
            f"frames has shape {frames.shape}; give [frame, point, dim], "
            "two frames and two dimensions or more"
        )
    if labels.shape != frames.shape[1:2]:
        raise ValueError(f"labels {labels.shape} for {frames.shape[1]} points; give one a point")
    if loss.ndim != 1 or len(loss) == 0:
        raise ValueError(f"loss has shape {loss.shape}; give one number a step, history['loss']")
    require_finite(frames=frames, loss=loss)


def _steps(steps, frames, total):
    """The step of each frame: whole numbers that rise, none below 0 and none above total."""
    if steps is None:
        steps = np.linspace(0, total, frames).round()
    steps = np.asarray(steps)
    if steps.shape != (frames,):
        raise ValueError(f"steps {steps.shape} for {frames} frames; give one a frame")
    is_whole = np.array_equal(steps, np.round(steps))
    if not is_whole or steps[0] < 0 or steps[-1] > total or (np.diff(steps) < 1).any():
        raise ValueError(
            f"steps are {steps.tolist()[:5]} and so on; give whole numbers that rise, "
            f"from 0 to the {total} of loss"
        )
    return steps.astype(int).tolist()
