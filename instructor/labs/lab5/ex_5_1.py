"""Exercise 5.1, batches."""

import numpy as np

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import numbers
from instructor.labs.lab5.visible import MEANINGS
from siamese_lib.checks.exercise import Mistake

BATCH_FACTS = """\
def batch_facts(meaning, size, epochs):
    epochs = [[np.asarray(rows) for rows in epoch] for epoch in epochs]
    if any(rows.shape != (size,) or rows.dtype.kind not in "iu" for epoch in epochs for rows in epoch):
        return {"shapes": False}
    real = [[rows[rows >= 0] for rows in epoch] for epoch in epochs]
    least = max(-(-len(meaning) // size), int(np.unique(meaning, return_counts=True)[1].max()))
    every = [np.sort(np.concatenate(epoch)) for epoch in real]
    if any(len(e) and e[-1] >= len(meaning) for e in every):
        return {"shapes": True, "pairs that exist": False}
    return {
        "shapes": True,
        "pairs that exist": True,
        "-1 for what is missing": all(rows.min() >= -1 for epoch in epochs for rows in epoch),
        "no meaning twice in a batch": all(
            len(set(meaning[rows].tolist())) == len(rows) for epoch in real for rows in epoch),
        "no pair twice": all((np.diff(e) > 0).all() for e in every),
        "each pair once": all(np.array_equal(e, np.arange(len(meaning))) for e in every),
        "as few batches as possible": all(len(epoch) == least for epoch in epochs),
        "chance comes from rng": len({str([r.tolist() for r in epoch]) for epoch in epochs}) > 1,
    }
"""
_ASK_BATCHES = (
    BATCH_FACTS
    + """
def drawn(k):
    return answer(*case[:2], np.random.default_rng(case[2] + k))
def again():
    return all(np.array_equal(a, b) for a, b in zip(drawn(0), drawn(0)))
def is_list(batches):
    return hasattr(batches, "__iter__") and all(np.ndim(rows) == 1 for rows in batches)
first = drawn(0)
first = first if first is None or hasattr(first, "__len__") else list(first) if hasattr(first, "__iter__") else first
None if first is None else {"shapes": False, "shown": first} if not is_list(first) else {
    **batch_facts(*case[:2], [list(drawn(k)) for k in range(6)]), "the same rng, the same batches": again(),
    "shown": [np.asarray(rows) for rows in first]}
"""
)


def make_batches(meaning, size, rng):
    count = max(-(-len(meaning) // size), np.unique(meaning, return_counts=True)[1].max())
    order = rng.permutation(len(meaning))
    order = order[np.argsort(rng.permutation(meaning.max() + 1)[meaning[order]], kind="stable")]
    return [
        np.pad(rows := order[k::count], (0, size - len(rows)), constant_values=-1)
        for k in range(count)
    ]


_MISTAKES = (
    Mistake({"shapes": False}, "every batch is an array of exactly `size` whole numbers: fill up with -1."),
    Mistake({"pairs that exist": False}, "a number is past the last pair: give places in meaning, from 0."),
    Mistake({"-1 for what is missing": False}, "fill up with -1 and nothing below."),
    Mistake({"no meaning twice in a batch": False, "as few batches as possible": True}, "two pairs of a batch share a meaning: each would be taken for a negative of the other. Deal the pairs of a meaning to different batches."),
    Mistake({"no meaning twice in a batch": False}, "two pairs of a batch share a meaning: each would be taken for a negative of the other."),
    Mistake({"no pair twice": False}, "a pair comes twice in an epoch: fill up with -1, not with pairs."),
    Mistake({"each pair once": False}, "some pairs never come: the last batch counts too, although it is not full."),
    Mistake({"as few batches as possible": False}, "there are more batches than needed: max of pairs / size and the most frequent meaning. Deal the pairs, sorted by meaning, like cards."),
    Mistake({"chance comes from rng": False}, "every epoch is the same: shuffle with rng."),
    Mistake({"the same rng, the same batches": False}, "some chance does not come from rng: make no generator of your own."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.

_space = {"np": np}
exec(BATCH_FACTS, _space)
_EPOCHS = 6
_ASK_GRADED = f"""\
import numpy as np
[[np.asarray(rows) for rows in make_batches(*case[:2], np.random.default_rng(case[2] + k))]
 for k in [*range({_EPOCHS}), 0]]
"""


def _meanings(rng):
    counts = (rng.integers(1, 5, 30), np.full(20, 2), np.append(rng.integers(1, 3, 10), 17))
    sizes = (8, 7, 5)
    return [(rng.permutation(np.repeat(np.arange(len(c)), c)), size, int(rng.integers(10**6)))
            for c, size in zip(counts, sizes, strict=True)]  # fmt: skip


def _batch_facts(*names):
    def judge(case, answer):
        try:
            epochs = [[numbers(rows) for rows in epoch] for epoch in answer]
            assert len(epochs) == _EPOCHS + 1
            found = _space["batch_facts"](*case[:2], epochs[:-1])
            pairs = zip(epochs[0], epochs[-1], strict=True)
            found["again"] = all(np.array_equal(a, b) for a, b in pairs)
        except (AttributeError, TypeError, ValueError, IndexError, AssertionError):
            return 0.0
        return float(all(found.get(name) for name in names))

    return judge


_ONCE = ("shapes", "pairs that exist", "-1 for what is missing", "each pair once")
_APART = (*_ONCE, "no meaning twice in a batch")
_FEW = (*_APART, "as few batches as possible", "chance comes from rng", "again")

EXERCISE = Exercise(
    title="batches",
    call="make_batches",
    right=make_batches,
    cases=MEANINGS,
    mistakes=_MISTAKES,
    meaning="Each pair comes once in an epoch, and no batch teaches that two wordings of one question differ.",
    fallback="print the batches shown with their meanings, meaning[rows].",
    ask=_ASK_BATCHES,
    names=("meaning", "size", "seed of rng"),
    parts=(
        Part("each pair once", 5, _meanings, _ASK_GRADED, _batch_facts(*_ONCE)),
        Part("no meaning twice in a batch", 5, _meanings, _ASK_GRADED, _batch_facts(*_APART)),
        Part("few batches, by chance", 5, _meanings, _ASK_GRADED, _batch_facts(*_FEW)),
    ),
)
