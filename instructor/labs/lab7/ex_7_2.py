"""Exercise 7.2, read the embeddings."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab7.runs import clusters
from instructor.labs.lab7.visible import EMBEDDED
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _length(rows):
    return np.sqrt((rows**2).sum(axis=1, keepdims=True))


def _spread(rows):
    squares = (rows**2).sum(axis=1).mean()
    return 1 - (rows.mean(axis=0) ** 2).sum() / squares if squares else 0.0


def _off(rows):
    return abs(_length(rows) - 1).max()


def _cosines(rows):
    safe = rows / np.where(_length(rows) == 0, 1, _length(rows))
    return (safe @ safe.T).round(5)


def _pairs(label):
    return np.triu_indices(len(label), 1)


def _wins(same, different):
    higher, equal = same[:, None] > different, same[:, None] == different
    return (higher + equal / 2).mean()


def read_embeddings(
    embeddings, label, *, spread=_spread, off=_off, cosines=_cosines, pairs=_pairs, wins=_wins, own=True,
):  # fmt: skip
    """[spread, largest distance of a length from 1, chance that a same pair is the closer one]."""
    i, j = pairs(label)
    cosine, is_same = cosines(embeddings)[i, j], (label[i] == label[j]) == own
    return np.array([spread(embeddings), off(embeddings), wins(cosine[is_same], cosine[~is_same])])


def _of(mean, below):
    """A spread with another way to the mean's square, or another one below the line."""
    return lambda rows: 1 - mean(rows) / (below(rows) or 1)


def _mean_square(rows):
    return (rows.mean(axis=0) ** 2).sum()


def _squares(rows):
    return (rows**2).sum(axis=1).mean()


def _dead_as_nan(embeddings, label):
    out = read_embeddings(embeddings, label)
    out[2] = np.nan if (embeddings == 0).all(axis=1).any() else out[2]
    return out


_MISTAKES = tuple(
    Mistake(slip(read_embeddings, **switches), hint)
    for switches, hint in (
        ({"spread": _of(_mean_square, lambda rows: 1)}, "the spread is a share: divide by the mean of the squared lengths."),
        ({"spread": lambda rows: 1 - _spread(rows)}, "this is 0 where the rows cancel out; the spread is 1 minus it."),
        ({"spread": _of(lambda rows: np.sqrt(_mean_square(rows)), _squares)}, "the length of the mean row is squared in the spread."),
        ({"spread": _of(_mean_square, lambda rows: _length(rows).mean() ** 2)}, "square each length first and average then, not the other way round."),
        ({"spread": _of(_mean_square, lambda rows: (rows**2).sum())}, "take the mean of the squared lengths, not their sum."),
        ({"spread": _of(lambda rows: (rows.mean(axis=1) ** 2).sum(), _squares)}, "the mean row is the mean over the rows, axis 0."),
        ({"spread": lambda rows: rows.var(axis=0).sum()}, "the spread is a share: divide by the mean of the squared lengths."),
        ({"spread": _of(lambda rows: rows.mean() ** 2, lambda rows: (rows**2).mean())}, "this is the mean of all numbers; the mean row has one for each column, axis 0."),
        ({"spread": lambda rows: _spread(rows / np.where(_length(rows) == 0, 1, _length(rows)))}, "the spread takes the rows as they are, not at length 1."),
        ({"spread": lambda rows: rows.var()}, "this is the variance of all numbers; the spread compares the mean row with the rows."),
        ({"off": lambda rows: abs(_length(rows) - 1).mean()}, "one wrong row is enough: take the largest distance from 1, not the mean."),
        ({"off": lambda rows: (_length(rows) - 1).max()}, "a row may be too short as well: take the size of length - 1."),
        ({"off": lambda rows: abs(_length(rows) ** 2 - 1).max()}, "this takes squared lengths; take the root."),
        ({"off": lambda rows: abs(_length(rows.T) - 1).max()}, "these are the lengths of the columns; an embedding is a row."),
        ({"off": lambda rows: abs(np.linalg.norm(rows) - 1)}, "this is the length of all rows together; each row has its own."),
        ({"off": lambda rows: _length(rows).max()}, "this is the longest row; how far is a length from 1 at most?"),
        ({"cosines": lambda rows: (rows @ rows.T).round(5)}, "these are dot products: a long row wins. Compare cosines."),
        ({"cosines": lambda rows: -np.linalg.norm(rows[:, None] - rows, axis=-1).round(5)}, "these are distances of rows of any length; compare cosines."),
        ({"cosines": lambda rows: -_cosines(rows)}, "this is 1 minus the share: the same pair should be the closer one."),
        ({"wins": lambda s, d: (s[:, None] > d).mean()}, "a tie counts half."),
        ({"wins": lambda s, d: (s[:, None] >= d).mean()}, "a tie counts half, not whole."),
        ({"wins": lambda s, d: (s.mean() > d).mean()}, "compare each same pair with each different one, not their mean."),
        ({"wins": lambda s, d: s.mean() - d.mean()}, "this is a difference of means; count how often the same pair is closer."),
        ({"pairs": lambda label: tuple(np.indices((len(label),) * 2).reshape(2, -1))}, "a row is no pair with itself: leave out the diagonal."),
        ({"pairs": lambda label: np.triu_indices(len(label))}, "a row is no pair with itself: leave out the diagonal."),
        ({"gives": lambda v: v[[1, 0, 2]]}, "the order is spread, length, share."),
        ({"gives": lambda v: v[[2, 0, 1]]}, "the order is spread, length, share."),
        ({"gives": lambda v: v[:2]}, "the third number is missing: how often is the same pair the closer one?"),
    )
) + (
    Mistake(_dead_as_nan, "a row of zeros has no direction, and 0 / 0 is NaN: its cosines are 0."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _rows(rng):
    """Rows of any length, of classes that overlap."""
    cases = []
    for classes, each in ((3, 4), (4, 3), (2, 6)):
        label = rng.permutation(np.repeat(rng.permutation(9)[:classes], each))
        place = np.unique(label, return_inverse=True)[1]
        rows = clusters(rng, place) + 0.4 * rng.normal(size=(len(label), 4)) + rng.normal()
        cases.append((rows * rng.uniform(0.3, 2, (len(label), 1)), label))
    return cases


def _dead(rng):
    cases = _rows(rng)
    for k, (rows, _) in enumerate(cases):
        rows[rng.permutation(12)[: 3 + k]] = 0  # rows that tie with all others
        rows[np.flatnonzero(rows[:, 0])[:2]] = rows[np.flatnonzero(rows[:, 0])[0]]
    return [*cases, (0 * cases[0][0], cases[0][1])]


def _entry(k):
    return close(lambda embeddings, label: read_embeddings(embeddings, label)[k])


EXERCISE = Exercise(
    title="read the embeddings",
    call="read_embeddings",
    right=read_embeddings,
    cases=EMBEDDED,
    mistakes=_MISTAKES,
    meaning="A collapse, a wrong axis and flipped labels each have a number of their own now, whatever the curve says.",
    fallback="print the mean row, the lengths of the rows, and the cosines of the same pairs beside those of the different ones.",
    guards=dict.fromkeys(
        (3, 4),
        "rows of zeros: their cosines are 0, and where all rows are zeros the spread is 0. Ask for that before you divide.",
    ),
    parts=(
        Part("spread", 4, _rows, "read_embeddings(*case)[0]", _entry(0)),
        Part("lengths", 4, _rows, "read_embeddings(*case)[1]", _entry(1)),
        Part("same pair closer", 4, _rows, "read_embeddings(*case)[2]", _entry(2)),
        Part("rows of zeros", 4, _dead, "read_embeddings(*case)", close(read_embeddings)),
    ),
)
