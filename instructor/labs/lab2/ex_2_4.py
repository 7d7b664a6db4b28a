"""Exercise 2.4, the k closest negatives."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab2.ex_2_3 import mean_negative
from instructor.labs.lab2.hidden import full, lone_and_masked, mask, matrix, tied
from instructor.labs.lab2.shared import (
    ASK_TRACED,
    MASK,
    ROWS,
    TRACED,
    everything,
    negatives,
    top_k,
    traceable,
    traced,
    turned,
    with_diagonal,
)
from instructor.labs.lab2.visible import MASKED, REAL
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _not_above(similarity, use):
    return use & (similarity <= np.diag(similarity)[None, :])


def closest_negatives(
    similarity, is_real, k, *, use_of=negatives, allow=_not_above, most=True, reduce=np.mean,
    none=-2.0, filler=None,
):  # fmt: skip
    """allow: which of use_of's entries count; reduce: what becomes of the k; filler: see top_k."""
    use = allow(similarity, use_of(similarity, is_real))
    return top_k(similarity, use, k, most, reduce, none, filler)


# Each column has a negative at or below its positive, and column 1 one that ties with it.
_ALLOWED = np.array([
    [0.7, 0.25, -0.1, 0.3], [0.2, 0.5, 0.05, 0.9], [-0.4, 0.5, 0.1, -0.2], [0.8, -0.6, 0.6, 0.35],
])  # fmt: skip
_TOP = ((_ALLOWED, REAL[0], 1), (_ALLOWED, REAL[0], 2)) + tuple(
    (*case, k) for case, k in zip(MASKED, (1, 3, 1, 3), strict=True)
)


def _none_as(value):
    return lambda s, r, k: np.where(
        _not_above(s, negatives(s, r)).any(0), closest_negatives(s, r, k), value
    )


_MISTAKES = traced(
    closest_negatives,
    Mistake(slip(closest_negatives, allow=lambda s, use: use), "these are the hardest negatives; those above the positive stay out."),
    Mistake(slip(closest_negatives, allow=lambda s, use: use & (s < np.diag(s)[None, :])),
            "an entry exactly as high as the positive is allowed too: <= and not <."),
    Mistake(slip(closest_negatives, given=turned), ROWS),
    Mistake(slip(closest_negatives, given=lambda s, r, k: (s, r, 1)), "k is not used: take the mean of k entries."),
    Mistake(slip(closest_negatives, use_of=everything), MASK),
    Mistake(slip(closest_negatives, use_of=with_diagonal), "the diagonal took part; it holds the positives."),
    Mistake(slip(closest_negatives, allow=lambda s, use: use & (s <= np.diag(s)[:, None])),
            "each entry was compared with the diagonal of its row; its anchor is its column."),
    Mistake(slip(closest_negatives, allow=lambda s, use: use & (s >= np.diag(s)[None, :])),
            "these are the entries above the positive; the allowed ones are not above it."),
    Mistake(slip(closest_negatives, most=False), "these are the smallest ones; the closest negatives are the largest allowed."),
    Mistake(slip(closest_negatives, reduce=np.min), "this is the k-th largest alone; take the mean of the k largest."),
    Mistake(slip(closest_negatives, filler=0.0), "entries left out became 0, which can be among the largest; use minus infinity, and leave it out of the mean."),
    Mistake(slip(closest_negatives, filler=-2.0), "where fewer than k are allowed, -2 took the place of the missing ones in the mean; take those there are."),
    Mistake(slip(closest_negatives, none=0.0), "a column with no allowed negative gives -2, not 0."),
    Mistake(_none_as(np.nan), "a column with no allowed negative gives NaN; it should be -2."),
    Mistake(lambda s, r, k: np.where((count := np.minimum(_not_above(s, negatives(s, r)).sum(0), k)) > 0, closest_negatives(s, r, k) * count / k, -2),
            "where fewer than k are allowed, divide by as many as there are."),
    Mistake(slip(closest_negatives, reduce=np.sum), "this is the sum of the k; take their mean."),
    Mistake(slip(closest_negatives, given=lambda s, r, k: (s, r, len(r))), "this is the mean of all allowed ones; take the k closest."),
    Mistake(lambda s, r, k: mean_negative(s, r), "this is the mean of all negatives."),
    Mistake(lambda s, r, k: np.sort(closest_negatives(s, r, k))[-k:], "give one number for each column: rank within a column, axis 0."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _one_closest(rng):
    cases = [(*case, 1) for case in full(rng)]
    return cases + tied([(*full(rng)[0], 1)])


def top_masked(rng):
    cases = ((7, 5, 3), (7, 6, 3), (4, 3, 1), (7, 4, 9))
    return [(matrix(rng, b), mask(rng, b, real), k) for b, real, k in cases]


def _no_closest(rng):
    cases = [(*case, 2) for case in lone_and_masked(rng)]
    for similarity, is_real, _ in cases:
        worst = rng.choice(np.flatnonzero(is_real)) if is_real.any() else 0
        similarity[worst, worst] = -0.98
    return cases


_judge = close(closest_negatives)

EXERCISE = Exercise(
    title="closest negatives",
    call="closest_negatives",
    right=traceable(closest_negatives),
    cases=_TOP,
    mistakes=_MISTAKES,
    meaning="The mean of k close negatives is steadier than one, and a column whose positive is the worst of all leaves L2 to the other columns.",
    fallback="go down one column: which entries are real, off the diagonal and allowed?",
    ask=ASK_TRACED,
    guards=dict.fromkeys(
        (3, 4, 5, 6),
        "a column with no allowed negative (padding, or a positive below all) gives -2; where fewer than k are allowed, take those there are.",
    ),
    parts=(
        Part(
            "k = 1, full batches",
            8,
            _one_closest,
            TRACED + "traced(closest_negatives, *case)",
            _judge,
        ),
        Part(
            "k of them, padding", 8, top_masked, TRACED + "traced(closest_negatives, *case)", _judge
        ),
        Part("none allowed", 4, _no_closest, TRACED + "traced(closest_negatives, *case)", _judge),
    ),
)
