"""Exercise 2.5, batch loss."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from instructor.labs.lab2.ex_2_3 import mean_negative
from instructor.labs.lab2.ex_2_4 import closest_negatives, top_masked
from instructor.labs.lab2.hidden import full, tied
from instructor.labs.lab2.shared import (
    ASK_TRACED,
    MASK,
    ROWS,
    TRACED,
    hardest_negatives,
    traceable,
    traced,
    turned,
)
from instructor.labs.lab2.visible import MASKED
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def hinge(negative, similarity, margin):
    return np.maximum(negative - np.diag(similarity) + margin, 0)


def _of_real(loss, is_real):
    return loss[is_real].mean()


def batch_loss(
    similarity, is_real, k, margin, beta, *, first=mean_negative, second=closest_negatives,
    bend=hinge, weigh=lambda l1, l2, beta: l1 + beta * l2, mean=_of_real,
):  # fmt: skip
    l1 = bend(first(similarity, is_real), similarity, margin)
    l2 = bend(second(similarity, is_real, k), similarity, margin)
    return mean(weigh(l1, l2, beta), is_real)


_LOSSES = tuple((*case, *rest) for case, rest in zip(
    (MASKED[0], MASKED[1], MASKED[3]), ((1, 0.25, 1.0), (2, 0.4, 0.5), (2, 0.6, 2.0)), strict=True
))  # fmt: skip


def _swapped(negative, similarity, margin):
    return np.maximum(np.diag(similarity) - negative + margin, 0)


def _one_hinge(s, r, k, margin, beta):
    first, second = mean_negative(s, r), closest_negatives(s, r, k)
    both = first - np.diag(s) + margin + beta * (second - np.diag(s) + margin)
    return np.maximum(both, 0)[r].mean()


_MISTAKES = traced(batch_loss, *(
    Mistake(slip(batch_loss, **switches), hint)
    for switches, hint in (
        ({"weigh": lambda l1, l2, beta: l1}, "this is L1 alone; L2 is missing."),
        ({"weigh": lambda l1, l2, beta: beta * l2}, "this is L2 alone; L1 is missing."),
        ({"weigh": lambda l1, l2, beta: l1 + l2}, "beta, the weight of L2, is missing."),
        ({"weigh": lambda l1, l2, beta: beta * l1 + l2}, "beta weighs L2, not L1."),
        ({"weigh": lambda l1, l2, beta: beta * (l1 + l2)}, "beta weighs L2 alone, not the whole."),
        ({"mean": lambda loss, r: loss[r].sum()}, "this is the sum; J is the mean."),
        ({"mean": lambda loss, r: loss[r].sum() / len(r)}, "divide by the number of real pairs, not by the size of the batch."),
        ({"mean": lambda loss, r: loss.mean()}, "padding has a loss here: average over the real pairs only."),
        ({"mean": lambda loss, r: loss.sum() / r.sum()}, "the losses of padding are in the sum: only real pairs count there."),
        ({"mean": lambda loss, r: loss * r}, "give one number, the mean."),
        ({"mean": lambda loss, r: loss[r]}, "give one number, the mean."),
        ({"given": lambda s, r, k, m, beta: (s, r, k, 0, beta)}, "the margin is missing."),
        ({"given": lambda s, r, k, m, beta: (s, r, k, 2 * m, beta)}, "the margin was added twice."),
        ({"given": lambda s, r, k, m, beta: (s, r, k, 0.25, beta)}, "the margin is fixed at 0.25; use the one given."),
        ({"given": lambda s, r, k, m, beta: (s, r, k, -m, beta)}, "the margin is subtracted; it is added."),
        ({"given": lambda s, r, k, m, beta: (s, r, 1, m, beta)}, "k is fixed at 1; hand on the one given."),
        ({"bend": _swapped}, "the sign is swapped: a large positive must lower the loss."),
        ({"bend": lambda negative, s, m: negative - np.diag(s) + m}, "the hinge is missing: neither loss goes below 0."),
        ({"bend": lambda negative, s, m: np.full(len(s), (negative - np.diag(s) + m).max())}, "jnp.max(x, 0) is the largest entry along axis 0; jnp.maximum(x, 0) cuts every entry at 0."),
        ({"bend": lambda negative, s, m: np.maximum(negative - np.diag(s), 0) + m}, "the margin belongs inside the hinge, before the maximum."),
        ({"bend": lambda negative, s, m: np.maximum(negative + m, 0)}, "the positive is missing: S_ii is subtracted."),
        ({"second": hardest_negatives}, "L2 takes the hardest negatives here; those above the positive stay out."),
        ({"given": turned}, ROWS),
        ({"given": lambda s, r, *rest: (s, np.ones_like(r), *rest)}, MASK),
    )), Mistake(_one_hinge, "one hinge around both; each of L1 and L2 has its own."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _first_only(rng):
    return [
        (*case, 1, margin, 0.0) for case, margin in zip(full(rng), (0.3, 1.0, 0.5), strict=True)
    ]


def _both(rng):
    cases = [(*case, k) for case in full(rng) for k in (1, 3)]
    tied(cases[:1])
    return [(*case, float(rng.uniform(0.2, 0.9)), float(rng.uniform(0.3, 2))) for case in cases]


def _both_masked(rng):
    cases = top_masked(rng)
    cases[0][0][np.argmax(cases[0][1]), np.argmax(cases[0][1])] = -0.98
    return [(*case, float(rng.uniform(0.3, 0.9)), float(rng.uniform(0.3, 2))) for case in cases]


_judge = close(batch_loss)

EXERCISE = Exercise(
    title="batch loss",
    call="batch_loss",
    right=traceable(batch_loss),
    cases=_LOSSES,
    mistakes=_MISTAKES,
    meaning="This is the whole loss, and it does not change when a batch is padded: the mean over the real pairs.",
    fallback="print L1 and L2 of each column and compare them with the formula.",
    ask=ASK_TRACED,
    parts=(
        Part("beta = 0", 7, _first_only, TRACED + "traced(batch_loss, *case)", _judge),
        Part("full batches", 10, _both, TRACED + "traced(batch_loss, *case)", _judge),
        Part("padding", 8, _both_masked, TRACED + "traced(batch_loss, *case)", _judge),
    ),
)
