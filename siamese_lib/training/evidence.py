"""The arguments of diagnose, all checked before anything is diagnosed, and pairs of their rows."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from numpy.typing import ArrayLike

from siamese_lib.energy import cosine_distance
from siamese_lib.validate import class_numbers, require_margin, require_rank


class Evidence(NamedTuple):
    """The arguments of diagnose as arrays, classes as numbers [n]; None where not given."""

    loss: np.ndarray
    epochs: int  # the steps are spread evenly over them; 1 where history does not say
    embeddings: np.ndarray
    labels: np.ndarray | None = None
    margin: float | None = None
    distance: Callable[..., jax.Array] = cosine_distance
    batch: np.ndarray | None = None
    train_rows: np.ndarray | None = None
    threshold_rows: np.ndarray | None = None
    test_rows: np.ndarray | None = None
    group: np.ndarray | None = None


def require_evidence(
    history: Any, embeddings: ArrayLike, *, margin: float | None,
    distance: Callable[..., jax.Array], **optional: ArrayLike | None,
) -> Evidence:  # fmt: skip
    """The arguments of diagnose, whose docstring describes them, as Evidence.

    Raises: ValueError that names the first argument that is not what diagnose asks for.
    """
    loss, rows = _loss(history), _embeddings(embeddings)
    epochs = len(history.get("epoch_loss", ())) or 1
    if margin is not None:
        require_margin(margin)
    _require_distance(distance, rows.shape[1])
    given: dict[str, Any] = {
        name: _rows(name, value) if name.endswith("_rows") else class_numbers(name, value)
        for name, value in optional.items()
        if value is not None
    }
    if "labels" in given:
        _require_pairs(given["labels"], len(rows))
    _require_company(given)
    return Evidence(loss, epochs, rows, margin=margin, distance=distance, **given)


def _array(name, value, form, dtype=None):
    try:
        return np.asarray(value, dtype)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} cannot become an array ({error}); give {form}") from error


def _loss(history):
    if not isinstance(history, Mapping):
        raise ValueError(f"history is a {type(history).__name__}; give the dict that fit returns")
    if "loss" not in history:
        raise ValueError(f"history holds no loss, only {list(history)}; give what fit returns")
    loss = _array("history['loss']", history["loss"], "one float per step", float)
    if loss.ndim != 1:
        raise ValueError(
            f"history['loss'] has shape {loss.shape}; give one float per step, [steps]"
        )
    if loss.size == 0:
        raise ValueError("history holds the loss of 0 steps; give what fit returns")
    return loss


def _embeddings(embeddings):
    embeddings = _array("embeddings", embeddings, "floats [n, dim]", float)
    require_rank(2, "[n, dim]", embeddings=embeddings)
    if len(embeddings) < 2:
        raise ValueError("embeddings has 1 row; give those of a hundred inputs or so")
    return embeddings


def _require_distance(distance, dim):
    wanted = "give a function [n, dim], [n, dim] -> [n], such as energy.euclidean_distance"
    if not callable(distance):
        raise ValueError(f"distance is {distance!r}; {wanted}")
    probe = np.eye(3, dim) + 1
    shape = np.shape(distance(probe, probe))
    if shape != (3,):
        raise ValueError(
            f"distance turns two arrays of shape {probe.shape} into one of shape {shape}; {wanted}"
        )


def _require_pairs(labels, n):
    if len(labels) != n:
        raise ValueError(f"{len(labels)} labels for {n} embeddings; give one label each")
    counts = np.bincount(labels)
    if len(counts) == 1 or counts.max() == 1:
        raise ValueError(
            "labels do not make pairs of both kinds; give several rows of several classes"
        )


def _rows(name, rows):
    form = "row numbers [n], whole and 0 or more"
    rows = _array(name, rows, form)
    if rows.dtype.kind == "b":
        raise ValueError(f"{name} is a mask, shape {rows.shape}; give np.flatnonzero(mask)")
    said = f"{name} is an array {rows.shape} of {rows.dtype}"
    if rows.ndim != 1 or rows.size == 0 or rows.dtype.kind not in "iu":
        raise ValueError(f"{said}; give {form}")
    if rows.min() < 0:
        raise ValueError(f"{said} and holds {rows.min()}; give {form}")
    return rows


def _require_company(given):
    """Refuse a part that comes without those it needs, rather than ignore it in silence."""
    for name in ("train_rows", "threshold_rows", "group"):
        needs = ("train_rows", "test_rows") if name == "group" else ("test_rows",)
        missing = [other for other in needs if other not in given]
        if name in given and missing:
            raise ValueError(f"{name} is given without {' and '.join(missing)}; give them too")
    if "group" in given:
        highest = max(given["train_rows"].max(), given["test_rows"].max())
        if highest >= len(given["group"]):
            raise ValueError(
                f"group has {len(given['group'])} entries, but the rows go up to {highest}; give "
                "one group for each row of all data"
            )


def pairs(n: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Every pair (i, j) of n rows; where n is above `most`, of `most` evenly chosen rows."""
    rows = _evenly(np.arange(n), most)
    i, j = np.triu_indices(len(rows), 1)
    return rows[i], rows[j]


def labelled_pairs(labels: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs (i, j) of one class and of two: all of them up to `most` rows, otherwise a sample.

    The sample has up to `most` random pairs of each kind, since evenly chosen rows of many small
    classes might hold no pair of one class. labels [n] are numbers, with several rows of several
    classes.
    """
    n = len(labels)
    if n <= most:
        return pairs(n, most)
    order = np.lexsort((np.random.default_rng(0).permutation(n), labels))  # class by class
    near, far = np.roll(order, -1), np.roll(order, -(n // 2))
    same = _evenly(np.flatnonzero(labels[order] == labels[near]), most)
    different = _evenly(np.flatnonzero(labels[order] != labels[far]), most)
    return order[np.r_[same, different]], np.r_[near[same], far[different]]


def _evenly(rows, most):
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int)]
