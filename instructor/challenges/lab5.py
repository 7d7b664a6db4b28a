"""Challenges of lab 5, question duplicates.

The quality of a learner's model is measured on families of questions that no learner has.
"""

import numpy as np

from instructor.challenges import encoder
from instructor.challenges.challenge import Challenge, Part, close, numbers
from instructor.challenges.questions import PAIRS, hidden_pairs, hidden_questions, labels
from instructor.instant import lab5 as right

__all__ = ["CHALLENGES", "PAIRS", "hidden_pairs", "hidden_questions", "labels", "share"]
TRAINING_SECONDS = 120  # what the lab promises, on one core
# Accuracy on hidden pairs -> share of the points; straight lines between. Rules and word counts stay
# below the first, the master is above the last: benchmarks/grading/results/quality.json.
QUALITY = ((0.80, 0.0), (0.84, 0.35), (0.88, 0.75), (0.91, 1.0))

_space = {"np": np}
exec(right.BATCH_FACTS, _space)
_EPOCHS = 6
_ASK_BATCHES = f"""\
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


def _bands(rng):
    return [
        (rng.normal(size=(30, 4)), 5 * rng.normal(size=(30, 4)), -0.3, float(rng.uniform(0, 0.6)))
        for _ in range(2)
    ]


def _at_the_edge(rng):
    """Along the axes, where cosines are exactly -1, 0 and 1."""
    first = np.eye(3)[rng.integers(0, 3, 20)] * rng.integers(1, 5, (20, 1))
    second = np.eye(3)[rng.integers(0, 3, 20)] * rng.choice([-2.0, 1.0, 4.0], (20, 1))
    return [(first, second, 0.0, 1.0), (first, second, -1.0, 0.0)]


def _quality(rng):
    return [hidden_pairs(rng)]


def _measured(case, answer):
    is_same, calls = labels(*case), _calls(answer)
    return share((calls == is_same).mean()) if np.shape(calls) == is_same.shape else 0.0


def _calls(answer):
    """True and False for each pair as an array, or None where it is anything else."""
    calls = numbers(answer)
    return calls if calls is not None and calls.dtype.kind == "b" and calls.ndim == 1 else None


def _itself(rng):
    first, second = hidden_pairs(rng)
    return [(first + first[:40], second + first[:40])]


def _odd_texts(rng):
    first, second = hidden_pairs(rng)
    letters = "bcdfghjkqvwxz"
    odd = ["".join(rng.choice(list(letters), 8)) for _ in range(4)]
    more = ["", "", odd[0], first[0], odd[2]], ["", first[1], odd[0], odd[1], odd[3]]
    return [(first + more[0], second + more[1])]


def _all(value):
    """All of the pairs behind the hidden ones; a constant would do, so those must earn something."""

    def judge(case, answer):
        hidden, calls = tuple(texts[:PAIRS] for texts in case), _calls(answer)
        if calls is None or len(calls) != len(case[0]):
            return 0.0
        return float(_measured(hidden, calls[:PAIRS]) > 0 and bool((calls[PAIRS:] == value).all()))

    return judge


def share(accuracy):
    """The share of the points that an accuracy on hidden pairs earns."""
    return float(np.interp(accuracy, *zip(*QUALITY, strict=True)))


def _encoder_part(title, points, *names):
    return Part(title, points, encoder.draw, encoder.ASK, encoder.judge(*names),
                follow=encoder.move, ask_again=encoder.ASK_MOVED)  # fmt: skip


_loss = close(right.batch_loss, 1e-3)
_classes = close(right.classify)
_ASK_PREDICT = "predict(list(case[0]), list(case[1]))"

CHALLENGES = {
    "5.1": Challenge("Batches", (
        Part("each pair once", 5, _meanings, _ASK_BATCHES, _batch_facts(*_ONCE)),
        Part("no meaning twice in a batch", 5, _meanings, _ASK_BATCHES, _batch_facts(*_APART)),
        Part("few batches, by chance", 5, _meanings, _ASK_BATCHES, _batch_facts(*_FEW)),
    )),
    "5.2": Challenge("Encoder", (
        _encoder_part("unit vectors", 5, "length 1", "at most 1,000,000 weights"),
        _encoder_part("padding and neighbours", 6, "padding changes nothing", "its neighbours change nothing"),
        _encoder_part("every weight learns", 4, "every weight learns"),
    )),
    "5.3": Challenge("Loss", (
        Part("full batches", 8, _losses(True), "batch_loss(*case)", _loss),
        Part("padding", 7, _losses(False), "batch_loss(*case)", _loss),
    )),
    "5.4": Challenge("Classify", (
        Part("values", 6, _bands, "classify(*case)", _classes),
        Part("at the edges", 4, _at_the_edge, "classify(*case)", _classes),
    )),
    "5.5": Challenge("Train and predict", (
        Part("a question and itself", 5, _itself, _ASK_PREDICT, _all(True), seconds=60),
        Part("unknown and empty texts", 5, _odd_texts, _ASK_PREDICT, _all(False), seconds=60),
        Part("quality on hidden pairs", 35, _quality, _ASK_PREDICT, _measured, seconds=60),
    ), TRAINING_SECONDS),
}  # fmt: skip
