"""One-shot testing: name a class after seeing one picture, or a few, of each.

An episode draws `n_way` classes, shows `k_shot` labelled examples of each (the support) and asks
for the class of other examples (the queries). The encoder is not trained on any of them.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from numpy.typing import ArrayLike

from siamese_lib.energy import l2_normalize
from siamese_lib.evaluation.episodes import (
    Sizes,
    build_tables,
    draw_episodes,
    require_as_many,
    require_sizes,
)
from siamese_lib.validate import require_count, require_finite, require_labels, require_rank

_EPISODES_AT_ONCE = 100  # limits the memory that the gathered embeddings take


class Accuracy(NamedTuple):
    """Mean accuracy over episodes, 0 to 1, and its 95 % interval."""

    mean: float
    low: float
    high: float


def prototypes(support: ArrayLike) -> np.ndarray:
    """The mean of each class's unit embeddings, scaled to length 1.

    Shapes: support [n_way, k_shot, dim] -> [n_way, dim].
    Raises: ValueError if support is not [n_way, k_shot, dim] or is empty, or on NaN or infinity.
    Source: after Snell et al. 2017, with the cosine in place of the squared distance.
    """
    unit = _unit("support", support, 3, "[n_way, k_shot, dim]")
    return np.asarray(l2_normalize(unit.mean(axis=1)))


def classify_by_support(support: ArrayLike, query: ArrayLike) -> np.ndarray:
    """The class whose support is closest: the highest mean cosine to its k_shot examples.

    With one shot this is the nearest neighbour. Among equal classes the first one wins.

    Shapes: support [n_way, k_shot, dim], query [q, dim] -> [q] int, rows of support.
    Raises: ValueError if an input has another form or is empty, they differ in dim, or on NaN or
    infinity.
    Source: Koch et al. 2015, section 4.3, with the cosine as the similarity.
    """
    support = _unit("support", support, 3, "[n_way, k_shot, dim]")
    query = _unit("query", query, 2, "[q, dim]")
    if support.shape[-1] != query.shape[-1]:
        raise ValueError(
            f"support has {support.shape[-1]} dimensions and query {query.shape[-1]}; "
            "embed both with the same encoder"
        )
    return _closest(support, query)


def evaluate_n_way(
    embed: Callable[[Any], ArrayLike],
    images: np.ndarray | jax.Array,
    labels: ArrayLike,
    *,
    n_way: int,
    k_shot: int,
    episodes: int,
    seed: int,
    within: ArrayLike | None = None,
    drawer: ArrayLike | None = None,
) -> Accuracy:
    """Accuracy over random episodes, with one query per class in each.

    embed is called once, on all images. `within` gives each image a group (such as its alphabet):
    an episode then stays inside one group, drawn with equal chances from those that hold n_way
    classes. `drawer`: see `sample_episode`.

    Shapes: images [n, ...]; labels, within, drawer [n]; embed: images -> [n, dim].
    Units: accuracy 0 to 1. The interval is the normal approximation over episodes: the mean plus or
    minus 1.96 standard errors, cut at 0 and 1. It shows the spread of the draw, given the images.
    Raises: ValueError if arrays do not fit each other, embeddings hold NaN, there are more ways
    than classes or more shots than images, or fewer than 2 episodes.
    """
    labels = np.asarray(require_labels("labels", labels))
    if len(images) != len(labels):
        raise ValueError(
            f"images has shape {np.shape(images)} for {len(labels)} labels; give one image each"
        )
    require_count(episodes=episodes)
    if episodes < 2:
        raise ValueError(f"episodes is {episodes}; an interval needs 2 or more")
    groups = np.zeros(len(labels), int)
    if within is not None:
        groups = require_as_many("within", within, labels)
    tables = build_tables(labels, groups, drawer)
    sizes = Sizes(n_way, k_shot, 1)
    require_sizes(tables, sizes, drawer is not None)
    embedding = _embed_all(embed, images)
    rng = np.random.default_rng(seed)
    scores = []
    for start in range(0, episodes, _EPISODES_AT_ONCE):
        count = min(_EPISODES_AT_ONCE, episodes - start)
        support, query = draw_episodes(tables, sizes, count, rng)
        chosen = _closest(embedding[support], embedding[query[..., 0]])
        scores.append((chosen == np.arange(n_way)).mean(axis=1))
    return _interval(np.concatenate(scores))


def evaluate_runs(embed: Callable[[Any], ArrayLike], runs: Sequence[Any]) -> float:
    """Share of right answers over fixed runs, such as the 20 official ones of Omniglot.

    Shapes: a run has support [n, h, w], query [m, h, w] and answer [m], rows of support. embed is
    called once, on the images of all runs: [n, h, w] -> [n, dim].
    Raises: ValueError if there is no run, or embeddings do not fit or hold NaN.
    Source: Lake et al. 2015, one-shot classification.
    """
    if not len(runs):
        raise ValueError("runs is empty; give at least one, e.g. load_omniglot_runs()")
    parts = [part for run in runs for part in (run.support, run.query)]
    embedding = _embed_all(embed, np.concatenate(parts))
    pieces = np.split(embedding, np.cumsum([len(part) for part in parts])[:-1])
    right = [
        _closest(support[:, None], query) == run.answer
        for run, support, query in zip(runs, pieces[::2], pieces[1::2], strict=True)
    ]
    return float(np.concatenate(right).mean())


def _closest(support: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Unit vectors [..., n_way, k_shot, dim] and [..., q, dim] -> [..., q], rows of support.

    The mean of the cosines is the product with the mean of the shots, so one product is enough.
    """
    similarity = query @ np.swapaxes(support.mean(axis=-2), -1, -2)
    return similarity.argmax(axis=-1)


def _interval(scores: np.ndarray) -> Accuracy:
    mean = scores.mean()
    half = 1.96 * scores.std(ddof=1) / np.sqrt(len(scores))
    return Accuracy(float(mean), float(max(mean - half, 0)), float(min(mean + half, 1)))


def _embed_all(embed: Callable[[Any], ArrayLike], images: np.ndarray | jax.Array) -> np.ndarray:
    embedding = _unit("embed(images)", embed(images), 2, "one vector [dim] for each image")
    if len(embedding) != len(images):
        raise ValueError(
            f"embed gave {len(embedding)} embeddings for {len(images)} images; return one each"
        )
    return embedding


def _unit(name: str, vectors: ArrayLike, rank: int, form: str) -> np.ndarray:
    """The vectors scaled to length 1; a zero vector stays zero.

    numpy, because jax would compile every operation again for each number of images, at 5 MB each
    time.
    """
    require_rank(rank, form, **{name: vectors})
    vectors = np.asarray(vectors)
    if not np.isfinite(vectors).all():
        require_finite(**{name: vectors})
    wide = vectors.astype(np.promote_types(vectors.dtype, np.float32))
    scale = np.abs(wide).max(axis=-1, keepdims=True)
    wide = wide / np.where(scale == 0, 1, scale)
    length = np.linalg.norm(wide, axis=-1, keepdims=True)
    return (wide / np.where(length == 0, 1, length)).astype(np.float32)
