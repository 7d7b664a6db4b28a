"""Exercise 5.3, loss."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab5.visible import LOSSES
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def _others(similarity, is_real, i):
    """The negatives of row i."""
    return np.array([similarity[i, j] for j in np.flatnonzero(is_real) if j != i])


def _row(negatives, positive, margin):
    """L1 and L2 of one row."""
    l1 = max(np.mean(negatives) - positive + margin, 0)
    return l1, max(np.max(negatives) - positive + margin, 0)


def batch_loss(
    first, second, is_real, margin, *, sides=(0, 1), others=_others, row=_row,
    weigh=lambda l1, l2: l1 + l2, mean=lambda losses, is_real: losses.sum() / is_real.sum(),
):  # fmt: skip
    similarity = np.asarray(first) @ np.asarray(second).T
    totals = []
    for s in (similarity, similarity.T)[slice(sides[0], sides[1] + 1)]:
        losses = [
            weigh(*row(others(s, is_real, i), s[i, i], margin)) for i in np.flatnonzero(is_real)
        ]
        totals.append(mean(np.array(losses), is_real))
    return np.mean(totals)


def _of_l2(largest):
    """Rows whose second loss takes another negative than the largest."""
    return lambda n, p, m: (_row(n, p, m)[0], max(largest(n, p) - p + m, 0))


def _closest(n, p):
    below = n[n <= p]
    return below.max() if len(below) else -9.0


def _with_positive(n, p, m):
    return max((n.sum() + p) / (len(n) + 1) - p + m, 0), max(n.max() - p + m, 0)


_MISTAKES = tuple(
    Mistake(slip(batch_loss, **switches), hint)
    for switches, hint in (
        ({"sides": (0, 0)}, "only the rows: do the same with the columns, and take the mean of both."),
        ({"sides": (1, 1)}, "only the columns: do the same with the rows, and take the mean of both."),
        ({"gives": lambda loss: 2 * loss}, "rows and columns are added; take the mean of both."),
        ({"row": _of_l2(_closest)}, "this is the closest negative; the hardest may lie above the positive."),
        ({"row": _of_l2(lambda n, p: n.min())}, "this is the easiest negative; the hardest is the largest."),
        ({"weigh": lambda l1, l2: l1}, "this is L1 alone; L2 is missing."),
        ({"weigh": lambda l1, l2: l2}, "this is L2 alone; L1 is missing."),
        ({"row": _with_positive}, "the diagonal is in your mean; it holds the positives."),
        ({"row": lambda n, p, m: (n.mean() - p + m, n.max() - p + m)}, "the hinge is missing: neither loss goes below 0."),
        ({"row": lambda n, p, m: (max(p - n.mean() + m, 0), max(p - n.max() + m, 0))}, "the sign is swapped: a large positive must lower the loss."),
        ({"row": lambda n, p, m: (max(n.sum() - p + m, 0), _row(n, p, m)[1])}, "L1 has the sum of the negatives; take their mean."),
        ({"row": lambda n, p, m: (max(n.mean() + n.max() - 2 * p + 2 * m, 0), 0)}, "one hinge around both; each of L1 and L2 has its own."),
        ({"row": lambda n, p, m: (max(n.mean() + n.max() - 2 * p + m, 0), 0)}, "one hinge around both; each of L1 and L2 has its own, and the margin in each."),
        ({"given": lambda f, s, r, m: (f, s, r, 0.0)}, "the margin is missing."),
        ({"given": lambda f, s, r, m: (f, s, r, 2 * m)}, "the margin was added twice."),
        ({"given": lambda f, s, r, m: (f, s, r, 0.25)}, "the margin is fixed at 0.25; use the one given."),
        ({"given": lambda f, s, r, m: (f, -s, r, m)}, "the sign is swapped: a large positive must lower the loss."),
        ({"given": lambda f, s, r, m: (f, s, np.ones_like(r), m)}, "padding took part: is_real says which rows and columns count."),
        ({"mean": lambda losses, r: losses.sum()}, "this is the sum; give the mean over the real pairs."),
        ({"mean": lambda losses, r: losses.sum() / len(r)}, "divide by the number of real pairs, not by the size of the batch."),
    )
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _losses(full):
    def draw(rng):
        cases = []
        for b in (4, 7, 7):
            is_real = np.ones(b, bool) if full else rng.permutation(np.arange(b) < b - 2)
            first = rng.normal(size=(b, 5))
            pair = [
                x / np.linalg.norm(x, axis=1, keepdims=True)
                for x in (first, first + rng.normal(size=(b, 5)))
            ]
            cases.append((*pair, is_real, float(rng.uniform(0.4, 0.9))))
        return cases

    return draw


_judge = close(batch_loss, 1e-3)

EXERCISE = Exercise(
    title="loss",
    call="batch_loss",
    right=batch_loss,
    cases=LOSSES,
    mistakes=_MISTAKES,
    meaning="Both questions of a pair pull and push now, and the hardest negative of each row teaches even where it beats the positive.",
    fallback="compute L1 and L2 of the first row by hand.",
    parts=(
        Part("full batches", 8, _losses(True), "batch_loss(*case)", _judge),
        Part("padding", 7, _losses(False), "batch_loss(*case)", _judge),
    ),
)
