"""Exercise 4.3, classify or refuse."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab4.ex_4_2 import unit
from instructor.labs.lab4.visible import QUERIES
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _cosines(q, p):
    return unit(q) @ unit(p).T


def _lead(best, second, ranked):
    return best - second


def classify(
    prototypes, query, lead, *, cosines=_cosines, gap=_lead, clear=np.greater, unknown=-1,
    answer=lambda similarity: similarity.argmax(axis=1),
):  # fmt: skip
    similarity = cosines(query, prototypes)
    ranked = np.sort(similarity, axis=1)
    is_clear = clear(gap(ranked[:, -1], ranked[:, -2], ranked), lead)
    return np.where(is_clear, answer(similarity), unknown)


_MISTAKES = tuple(
    Mistake(slip(classify, **switches), hint)
    for switches, hint in (
        ({"cosines": lambda q, p: q @ p.T}, "these are dot products: a long vector wins. Take cosines."),
        ({"cosines": lambda q, p: unit(q) @ p.T}, "the prototypes are not scaled to length 1."),
        ({"cosines": lambda q, p: q @ unit(p).T}, "the queries are not scaled to length 1, so lead means another gap for each."),
        ({"cosines": lambda q, p: q @ p.T / (np.linalg.norm(q) * np.linalg.norm(p))}, "you divided by the length of all vectors together; mind the axis."),
        ({"cosines": lambda q, p: -unit(q) @ unit(p).T}, "this is the farthest class, not the closest."),
        ({"answer": lambda s: s.argmin(axis=1)}, "this is the farthest class, not the closest: argmax of the cosines."),
        ({"clear": lambda gap, lead: gap > -9}, "nothing is ever unknown here: compare best - second with lead."),
        ({"clear": np.greater_equal}, "a tie is not clear: the gap must be above lead, > and not >=."),
        ({"gap": lambda best, second, ranked: best}, "you compared the best cosine with lead; compare its distance to the second."),
        ({"gap": lambda best, second, ranked: best - ranked[:, 0]}, "you took the worst class for the second best."),
        ({"gap": lambda best, second, ranked: best - ranked.mean(1)}, "compare with the second best, not with the mean."),
        ({"gap": lambda best, second, ranked: second - best}, "the gap is the best minus the second best; yours is negative."),
        ({"clear": lambda gap, lead: gap > 0}, "lead is not used: any lead above 0 is enough for you."),
        ({"clear": lambda gap, lead: ~(gap > lead)}, "the answer and the refusal are the other way round."),
        ({"gives": lambda c: c + 1}, "classes are rows of prototypes, counted from 0; -1 is unknown."),
        ({"unknown": 0}, "0 is a class; unknown is -1."),
        ({"cosines": lambda q, p: -np.linalg.norm(q[:, None] - p, axis=-1)}, "these are Euclidean distances of vectors of any length; take cosines."),
        ({"gives": lambda c: c.astype(float)[:, None]}, "give one class for each query, [q], not a column."),
    )
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _queries(rng, lead):
    sizes = ((3, 8, 4), (6, 20, 5))
    return [(rng.normal(size=(n, d)) * rng.uniform(0.1, 9, (n, 1)),
             rng.normal(size=(q, d)) * rng.uniform(0.1, 9, (q, 1)), lead) for n, q, d in sizes]  # fmt: skip


def _ties(rng):
    """Prototypes along the axes, where ties and a lead of exactly 1 are exact to the last bit."""
    place = rng.permutation(4)
    query = np.array([[3.0, 3, 1, 0], [5, 2, 1, 1], [1, 1, 1, 1], [0, 2, 2, 2], [-1, 0, 0, 4]])
    along = np.eye(4)[rng.permutation(4)[:3]] * rng.integers(1, 5)
    return [(np.eye(4)[place], query * rng.integers(1, 5), 0.0), (np.eye(4), along, 1.0)]


_judge = close(classify)

EXERCISE = Exercise(
    title="classify or refuse",
    call="classify",
    right=classify,
    cases=QUERIES,
    mistakes=_MISTAKES,
    meaning="The model may say that it does not know; a larger lead buys fewer wrong answers with more refusals.",
    fallback="print the cosines of the first query, sorted, and decide by hand.",
    parts=(
        Part("nearest class", 8, lambda rng: _queries(rng, -1.0), "classify(*case)", _judge),
        Part("refusals", 8, lambda rng: _queries(rng, 0.3), "classify(*case)", _judge),
        Part("ties", 4, _ties, "classify(*case)", _judge),
    ),
)
