"""Batches for the miners: P classes with K examples each, so that every row has a positive."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from siamese_lib.validate import require_count, require_labels


def balanced_batches(
    labels: ArrayLike, *, classes: int, per_class: int, steps: int, seed: int
) -> Iterator[np.ndarray]:
    """Row numbers of P x K batches: `classes` classes with `per_class` different examples of each.

    Classes are dealt like cards, one shuffled deck after the other, and so are the examples of each
    class. Small classes therefore appear as often as large ones, and every example of a class
    comes once before any of them comes again. Classes with fewer than per_class examples are left
    out.

    Shapes: labels [n] -> an iterator of `steps` arrays [classes * per_class] int, class by class.
    Raises: ValueError where labels is not [n], a number is below 1, or fewer than `classes`
    classes have per_class examples.
    Source: Hermans et al. 2017, section 2, which calls the two numbers P and K.
    """
    labels = require_labels("labels", labels)
    require_count(classes=classes, per_class=per_class, steps=steps)
    names, place = np.unique(labels, return_inverse=True)
    rows = np.split(np.argsort(place, kind="stable"), np.cumsum(np.bincount(place))[:-1])
    usable = [own for own in rows if len(own) >= per_class]
    if len(usable) < classes:
        raise ValueError(
            f"{len(usable)} of {len(names)} classes have {per_class} examples or more, but a batch "
            f"needs {classes}; lower classes or per_class"
        )
    return _deal(usable, classes, per_class, steps, np.random.default_rng(seed))


def _deal(rows, classes, per_class, steps, rng):
    decks = [np.empty(0, int)] * len(rows)
    class_deck = np.empty(0, int)
    for _ in range(steps):
        chosen, class_deck = _draw(class_deck, np.arange(len(rows)), classes, rng)
        batch = []
        for number in chosen:
            drawn, decks[number] = _draw(decks[number], rows[number], per_class, rng)
            batch.append(drawn)
        yield np.concatenate(batch)


def _draw(deck, cards, count, rng):
    """(`count` different cards from the top, the rest of the deck); an empty deck is replaced."""
    if len(deck) >= count:
        return deck[:count], deck[count:]
    # First the rest of the old deck, then cards of a new one that are not among those.
    taken = rng.permutation(np.setdiff1d(cards, deck))[: count - len(deck)]
    return np.concatenate([deck, taken]), rng.permutation(np.setdiff1d(cards, taken))
