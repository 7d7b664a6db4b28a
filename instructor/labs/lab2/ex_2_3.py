"""Exercise 2.3, mean negative."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab2.hidden import full, lone_and_masked, masked
from instructor.labs.lab2.shared import (
    ASK_TRACED,
    MASK,
    ROWS,
    TRACED,
    everything,
    hardest_negatives,
    negatives,
    traceable,
    traced,
    turned,
    with_diagonal,
)
from instructor.labs.lab2.visible import MASKED
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _found(use, is_real):
    return use.sum(axis=0)


def mean_negative(similarity, is_real, *, use_of=negatives, count=_found):
    use = use_of(similarity, is_real)
    return (similarity * use).sum(axis=0) / np.maximum(count(use, is_real), 1)


def _real_rows(similarity, is_real):
    return is_real[:, None] & everything(similarity, is_real)


def _real_columns(similarity, is_real):
    return is_real[None, :] & everything(similarity, is_real)


_MISTAKES = traced(
    mean_negative,
    Mistake(slip(mean_negative, given=turned), ROWS),
    Mistake(slip(mean_negative, use_of=everything), MASK),
    Mistake(slip(mean_negative, count=lambda use, r: np.full(len(r), len(r) - 1)),
            "divide by the number of real negatives, not by that of a full batch."),
    Mistake(slip(mean_negative, use_of=with_diagonal), "the diagonal is in your mean; it holds the positives."),
    Mistake(slip(mean_negative, count=lambda use, r: 1), "this is the sum; divide it."),
    Mistake(slip(mean_negative, count=lambda use, r: np.full(len(r), r.sum())),
            "you divided by n; a column has n - 1 negatives."),
    Mistake(slip(mean_negative, count=lambda use, r: np.full(len(r), len(r))),
            "you divided by all entries of a column, the zeros of the mask too; divide by the number of its negatives."),
    Mistake(slip(mean_negative, use_of=_real_rows), "the columns of padding are not 0."),
    Mistake(slip(mean_negative, use_of=_real_columns), "the rows of padding took part in the mean of a real column."),
    Mistake(lambda s, r: (s * r[:, None] * r).sum(0) / np.maximum(r.sum() - 1, 1), "the diagonal is still in the sum."),
    Mistake(lambda s, r: np.where(negatives(s, r).any(0), mean_negative(s, r), np.nan),
            "0 divided by 0 gives NaN: a column with no negative has the mean 0."),
    Mistake(lambda s, r: mean_negative(s, r)[r].mean(), "keep one mean a column."),
    Mistake(lambda s, r: hardest_negatives(s, r, 1), "this is the largest negative, not the mean."),
    Mistake(lambda s, r: mean_negative(s, r)[r], "keep the columns of padding, with 0 in them."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.

_judge = close(mean_negative)

EXERCISE = Exercise(
    title="mean negative",
    call="mean_negative",
    right=traceable(mean_negative),
    cases=MASKED,
    mistakes=_MISTAKES,
    meaning="A batch may be filled up with anything now: what is not real counts neither above the line nor below it.",
    fallback="list the negatives of column 0 on paper, leave padding out, and average.",
    ask=ASK_TRACED,
    guards=dict.fromkeys(
        (2, 3, 4),
        "a column with no negative (padding, or a pair alone) has the mean 0: divide by at least 1.",
    ),
    parts=(
        Part("full batches", 5, full, TRACED + "traced(mean_negative, *case)", _judge),
        Part("padding", 7, masked, TRACED + "traced(mean_negative, *case)", _judge),
        Part("no negative", 3, lone_and_masked, TRACED + "traced(mean_negative, *case)", _judge),
    ),
)
