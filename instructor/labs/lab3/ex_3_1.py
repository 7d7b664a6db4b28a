"""Exercise 3.1, table of calls."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab3.hidden import hidden_weighted
from instructor.labs.lab3.visible import COUNTED
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def above(similarity, threshold):
    return similarity > threshold


def table_at(similarity, is_same, weight, threshold, *, call=above, same=1):
    """[[true same, false same], [false different, true different]]: a row is what was said."""
    said, truth = call(similarity, threshold), is_same == same
    cells = [[said & truth, said & ~truth], [~said & truth, ~said & ~truth]]
    return np.array([[weight[cell].sum() for cell in row] for row in cells])


AT = "a pair exactly at the threshold is different: > and not >=."


def at_least(similarity, threshold):
    return similarity >= threshold


def _as_places(similarity, is_same, weight, threshold):
    """0 and 1 used as an index."""
    said, y = (similarity > threshold) * 1, is_same
    cells = [[said * y, said * (1 - y)], [(1 - said) * y, (1 - said) * (1 - y)]]
    return np.array([[weight[cell].sum() for cell in row] for row in cells])


_MISTAKES = tuple(
    Mistake(slip(table_at, **switches), hint)
    for switches, hint in (
        ({"gives": np.transpose}, "rows and columns are swapped: a row is what was said."),
        ({"gives": lambda t: t[::-1, ::-1]}, "same comes first, in rows and in columns."),
        ({"gives": lambda t: t[::-1, ::-1].T}, "this is the layout of siamese_lib; here same comes first and a row is what was said."),
        ({"call": at_least}, AT),
        ({"given": lambda s, y, w, t: (s, y, np.ones_like(w), t)}, "each pair counts with its weight."),
        ({"gives": lambda t: t / t.sum()}, "these are shares; give the sums of weights."),
        ({"call": lambda s, t: s > 0.7}, "the threshold is fixed at 0.7; use the one given."),
        ({"call": lambda s, t: s > 0.5}, "the threshold is fixed at 0.5; use the one given."),
        ({"call": lambda s, t: s < t}, "a high similarity means same; you treat it as a distance."),
        ({"same": 0}, "the labels are turned round: is_same is 1 for same, and truly same is the first column."),
        ({"gives": np.ravel}, "give a table [2, 2], not a row of four."),
        ({"gives": lambda t: np.diag(np.diag(t))}, "the errors are missing, off the diagonal."),
        ({"gives": lambda t: t[::-1]}, "a high similarity means same; you treat it as a distance, or the rows are turned round: said same comes first."),
    )
) + (
    Mistake(_as_places, "0 and 1 between square brackets are places, the first and the second weight, and no mask; is_same == 1 is one."),
    Mistake(lambda s, y, w, t: table_at(s, y, w, t) / len(s), "you divided by the number of pairs; give sums."),
    Mistake(lambda s, y, w, t: table_at(s, y, (y == y[0]) * w, t), "only one kind of pairs is counted; the table holds both."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _tables(rng):
    return [(*hidden_weighted(rng, n), float(rng.uniform(0.1, 0.6))) for n in (6, 40)]


def _tables_with_ties(rng):
    cases = [hidden_weighted(rng, n, ties=True) for n in (25, 60)]
    return [(*case, float(case[0][case[1] == k][0])) for case in cases for k in (0, 1)]


_judge = close(table_at)

EXERCISE = Exercise(
    title="table of calls",
    call="table_at",
    right=table_at,
    cases=COUNTED,
    mistakes=_MISTAKES,
    meaning="These four sums are all that a threshold leaves of a model; every score of this lab is made of them.",
    fallback="take the pairs one by one: what was said, what is true, which weight?",
    parts=(
        Part("values", 9, _tables, "table_at(*case)", _judge),
        Part("pairs at the threshold", 6, _tables_with_ties, "table_at(*case)", _judge),
    ),
)
