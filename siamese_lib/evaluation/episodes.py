"""Drawing episodes: which images are shown (the support) and which are asked for (the query)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from siamese_lib.validate import require_count, require_labels


class Episode(NamedTuple):
    """Indices of images: support [n_way, k_shot] and query [n_way, n_query]. A row is a class."""

    support: np.ndarray
    query: np.ndarray


def sample_episode(
    labels: ArrayLike,
    *,
    n_way: int,
    k_shot: int,
    n_query: int = 1,
    rng: np.random.Generator,
    drawer: ArrayLike | None = None,
) -> Episode:
    """Draw an episode; no image occurs twice in it.

    With `drawer`, the queries of a class come from other drawers than its support does: the drawers
    of the class are put in a random order, the queries come from the first of them, and the support
    comes from the drawers that are left.

    Shapes: labels, drawer [n] -> Episode of int indices into them.
    Raises: ValueError if labels or drawer do not fit, n_way exceeds the number of classes, or a
    class has too few images (or, with drawer, too few drawers).
    """
    labels = np.asarray(require_labels("labels", labels))
    tables = build_tables(labels, np.zeros(len(labels), int), drawer)
    sizes = Sizes(n_way, k_shot, n_query)
    require_sizes(tables, sizes, drawer is not None)
    support, query = draw_episodes(tables, sizes, 1, rng)
    return Episode(support[0], query[0])


class Sizes(NamedTuple):
    """How many classes, and how many support and query images of each."""

    n_way: int
    k_shot: int
    n_query: int


class Tables(NamedTuple):
    """Images sorted by class, one class per row, padded with -1; and what else a draw needs."""

    image: np.ndarray  # [classes, most images of a class]
    drawer: np.ndarray  # the same shape: the drawer of each image, numbered 0, 1, ... in each row
    group: np.ndarray  # [classes]
    name: np.ndarray  # [classes], the label


def build_tables(labels: np.ndarray, groups: np.ndarray, drawer: ArrayLike | None) -> Tables:
    """Sort the images by class once, so that many episodes can be drawn at a time."""
    # If no drawers are given, every image has its own: "another drawer" is then "another image".
    images = np.arange(len(labels))
    drawers = images if drawer is None else require_as_many("drawer", drawer, labels)
    names, counts = np.unique(labels, return_counts=True)
    image = np.full((len(names), counts.max()), -1)
    local = np.zeros_like(image)
    by_class = np.split(np.argsort(labels, kind="stable"), np.cumsum(counts)[:-1])
    for row, mine in enumerate(by_class):
        if np.any(groups[mine] != groups[mine[0]]):
            raise ValueError(
                f"class {names[row]} is in more than one group of within; give the class "
                "another label in each group"
            )
        image[row, : len(mine)] = mine
        local[row, : len(mine)] = np.unique(drawers[mine], return_inverse=True)[1]
    return Tables(image, local, groups[image[:, 0]], names)


def draw_episodes(
    tables: Tables, sizes: Sizes, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Support [count, n_way, k_shot] and query [count, n_way, n_query], indices of images."""
    rows = _draw_classes(tables, sizes.n_way, count, rng)
    image, drawer = tables.image[rows], tables.drawer[rows]
    # The drawers of each class come in a random order, and so do the images of each drawer.
    order = rng.random((*rows.shape, drawer.max() + 1)).argsort(axis=-1).argsort(axis=-1)
    rank = np.take_along_axis(order, drawer, axis=-1)
    place = np.where(image < 0, np.inf, rank + rng.random(image.shape))
    first = place.argsort(axis=-1)[..., : sizes.n_query]
    last_rank = np.take_along_axis(rank, first, axis=-1).max(axis=-1, keepdims=True)
    is_free = (rank > last_rank) & (image >= 0)
    chance = np.where(is_free, rng.random(image.shape), np.inf)
    shots = chance.argsort(axis=-1)[..., : sizes.k_shot]
    return np.take_along_axis(image, shots, -1), np.take_along_axis(image, first, -1)


def _draw_classes(tables: Tables, n_way: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Rows of the tables, [count, n_way]: draw a group with enough classes, then its classes."""
    groups, sizes = np.unique(tables.group, return_counts=True)
    chosen = rng.choice(groups[sizes >= n_way], size=(count, 1))
    chance = np.where(tables.group == chosen, rng.random((count, len(tables.group))), np.inf)
    return chance.argsort(axis=-1)[:, :n_way]


def require_as_many(name: str, values: ArrayLike, labels: np.ndarray) -> np.ndarray:
    """values as labels, one for each of `labels`. ValueError if there are more or fewer."""
    array = np.asarray(require_labels(name, values))
    if len(array) != len(labels):
        raise ValueError(f"{name} has shape {array.shape} for {len(labels)} labels; give one each")
    return array


def require_sizes(tables: Tables, sizes: Sizes, has_drawers: bool) -> None:
    """Raise ValueError on more ways than classes, or more shots and queries than images."""
    require_count(**sizes._asdict())
    most = int(np.unique(tables.group, return_counts=True)[1].max())
    if sizes.n_way > most:
        raise ValueError(
            f"n_way is {sizes.n_way} but there are {most} classes (in the largest group); "
            f"lower n_way to {most} or give more classes"
        )
    # At worst, n_query - 1 queries use up small drawers and the last one the largest drawer.
    counts = (tables.image >= 0).sum(axis=1)
    left = counts - (sizes.n_query - 1) - _largest_drawer(tables)
    worst = int(left.argmin())
    if left[worst] < sizes.k_shot:
        what = "other drawers" if has_drawers else "other images"
        raise ValueError(
            f"class {tables.name[worst]} has {counts[worst]} images; with n_query={sizes.n_query} "
            f"as few as {max(left[worst], 0)} from {what} are left for k_shot={sizes.k_shot}; "
            "lower k_shot or n_query, or leave the class out"
        )


def _largest_drawer(tables: Tables) -> np.ndarray:
    """The largest number of images by one drawer in each class, [classes]."""
    is_image = tables.image >= 0
    drawers = np.arange(tables.drawer.max() + 1)
    return np.max([((tables.drawer == d) & is_image).sum(axis=1) for d in drawers], axis=0)
