"""Exercises of the notebook on pairwise similarity."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.notebooks.pairwise_hard import HARD
from siamese_lib.checks.slips import slip

_rng = np.random.default_rng(8)


def _pairs(b, dim):
    h1, h2 = _rng.normal(size=(2, b, dim))
    return h1, h2, _rng.normal(size=dim), float(_rng.normal())


_HEADS = tuple(_pairs(*sizes) for sizes in ((4, 3), (7, 5), (1, 8)))
_LOGITS = (
    (np.array([0.3, -1.2, 2.0, 0.7]), np.array([1, 0, 0, 1])),
    (_rng.normal(size=9), _rng.integers(2, size=9)),
    (np.array([1000.0, -1000.0, 1000.0, -1000.0]), np.array([1, 1, 0, 0])),
)
# In each, row 0 is sure of one support and row 1 of none. A logit of 0.5 is below a least of 0.6,
# its probability is above.
_ASKED = tuple(
    (np.concatenate([[_rng.permutation(np.linspace(-3, 3, n)),
                      _rng.permutation(np.linspace(-5, -1, n)),
                      _rng.permutation(np.linspace(-2, least_logit, n))],
                     _rng.normal(scale=2, size=(4, n))]), least)
    for n, least, least_logit in ((5, 0.5, 0.2), (8, 0.6, 0.5), (3, 0.9, 1.5))
)  # fmt: skip
_ASKED += ((np.array([[0.0, -2.0], [-1.0, -3.0], [2.0, 0.0]]), 0.5),)  # equal to least
_ASKED += ((np.array([[-2.0, -1.0, -3.0], [-1.5, -2.0, -0.5]]), 0.4),)  # no query is sure
_SHARES = tuple(
    (p, share)
    for p, share in (
        (np.array([0.5, 0.9, 0.1]), 0.5),
        (np.array([0.5, 0.9, 0.99, 0.2]), 0.01),
        (np.linspace(0.1, 0.8, 6), 0.2),
    )
)


def _sigmoid(logit):
    # tanh never overflows, whatever a learner's logit is.
    return 0.5 * (1 + np.tanh(np.asarray(logit) / 2))


def _head(
    h1, h2, weight, bias, *, apart=lambda a, b: abs(a - b), logit=lambda d, w, b: d @ w + b,
    squash=_sigmoid,
):  # fmt: skip
    return squash(logit(apart(h1, h2), weight, bias))


def _naive(logits, is_same):
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-logits))
        return -np.log(np.where(is_same == 1, p, 1 - p))


def _clipped(logits, is_same, edge):
    p = np.clip(_sigmoid(logits), edge, 1 - edge)
    return -np.log(np.where(is_same == 1, p, 1 - p))


def _cross_entropy(logits, is_same, *, towards=lambda t, y: np.where(y == 1, -t, t)):
    return np.logaddexp(0, towards(logits, is_same))


def _named(
    logits, least, *, odds=_sigmoid, refuse=lambda p, least: p < least, unknown=-1,
    name=lambda t: t.argmax(1),
):  # fmt: skip
    return np.where(refuse(odds(logits).max(1), least), unknown, name(logits))


def _softmax(logits):
    odds = np.exp(logits - logits.max(1, keepdims=True))
    return odds / odds.sum(1, keepdims=True)


def _shifted(
    p, share, *, odds=lambda p: p / (1 - p), times=lambda s: s / (1 - s),
    back=lambda odds: odds / (1 + odds),
):  # fmt: skip
    return back(odds(p) * times(share))


EXERCISES = {
    "pairwise.1": Exercise(
        "the head", _head, _HEADS,
        (
            Mistake(slip(_head, squash=lambda t: t),
                    "these are the logits; a sigmoid makes probabilities of them."),
            Mistake(slip(_head, apart=lambda a, b: a - b),
                    "without the absolute value the answer depends on the order of the two."),
            Mistake(slip(_head, apart=lambda a, b: a - b, logit=lambda d, w, b: abs(d @ w) + b),
                    "the absolute value is taken entry by entry, before the weights."),
            Mistake(slip(_head, apart=lambda a, b: a - b, logit=lambda d, w, b: abs(d @ w + b)),
                    "this is the absolute value of the whole logit; take it of each difference."),
            Mistake(slip(_head, logit=lambda d, w, b: d @ w), "the bias is missing."),
            Mistake(slip(_head, logit=lambda d, w, b: d @ w - b),
                    "the bias is subtracted; it is added."),
            Mistake(lambda h1, h2, w, b: _sigmoid(np.abs(h1 - h2) @ w) + b,
                    "the bias is added before the sigmoid."),
            Mistake(slip(_head, apart=lambda a, b: (a - b) ** 2),
                    "these are squared differences; the absolute ones are asked."),
            Mistake(slip(_head, apart=lambda a, b: a * b),
                    "these are products; the head looks at absolute differences."),
            Mistake(slip(_head, logit=lambda d, w, b: d.sum(-1) + b),
                    "the weights are missing: each difference has its own."),
            Mistake(slip(_head, squash=np.exp), "this is e to the logit; the sigmoid of it is "
                    "asked."),
            Mistake(slip(_head, squash=np.tanh), "this is tanh; a sigmoid gives probabilities."),
            Mistake(slip(_head, squash=lambda t: (t > 0).astype(float)),
                    "these are decisions; the probabilities are asked."),
            Mistake(slip(_head, gives=lambda p: 1 - p),
                    "this is the probability that they differ."),
            Mistake(slip(_head, gives=np.mean), "keep one probability a pair."),
            Mistake(slip(_head, apart=lambda a, b: abs(abs(a) - abs(b))),
                    "the difference is taken first, and then its absolute value."),
            Mistake(slip(_head, logit=lambda d, w, b: abs(d * w).sum(-1) + b),
                    "a weight keeps its sign: the absolute value is that of h1 - h2 alone."),
            Mistake(slip(_head, logit=lambda d, w, b: (d * w + b).sum(-1)),
                    "the bias is added once to a logit, not to each entry."),
            Mistake(slip(_head, logit=lambda d, w, b: np.linalg.norm(d, axis=-1) + b),
                    "this is a distance and a bias; each entry has a weight of its own."),
            Mistake(slip(_head, squash=lambda t: np.exp(t) / np.exp(t).sum()),
                    "a softmax lets the pairs compete; each is asked for itself, by a sigmoid."),
        ),
        fallback="one pair, one step at a time: |h1 - h2|, then the logit, then the sigmoid.",
        meaning="The head learns which differences matter and gives a probability; swapping the "
        "two inputs changes nothing.",
    ),
    "pairwise.2": Exercise(
        "cross-entropy", _cross_entropy, _LOGITS,
        (
            Mistake(_naive, "the probability was rounded to 0 or 1; stay with the logits."),
            Mistake(slip(_cross_entropy, given=lambda t, y: (-t, y)),
                    "the labels are swapped: a large logit must cost little where y is 1."),
            Mistake(slip(_cross_entropy, gives=np.negative), "the minus sign is missing."),
            Mistake(slip(_cross_entropy, gives=lambda loss: loss / np.log(2)),
                    "this is the logarithm to base 2; the natural one is asked."),
            Mistake(slip(_cross_entropy, gives=lambda loss: loss / np.log(10)),
                    "this is the logarithm to base 10; the natural one is asked."),
            Mistake(slip(_cross_entropy, gives=np.mean), "keep one loss a pair."),
            Mistake(slip(_cross_entropy, gives=np.sum), "keep one loss a pair."),
            Mistake(slip(_cross_entropy, towards=lambda t, y: -t),
                    "a different pair is charged as if it were same; use is_same."),
            Mistake(slip(_cross_entropy, towards=lambda t, y: t),
                    "a same pair is charged as if it were different; its sign is turned."),
            Mistake(lambda t, y: _clipped(t, y, 1e-7),
                    "clipping caps the loss, here at 16; stay with the logits."),
            Mistake(lambda t, y: _clipped(t, y, 1e-12),
                    "clipping caps the loss, here at 28; stay with the logits."),
            Mistake(lambda t, y: y * np.logaddexp(0, -t),
                    "different pairs cost nothing here; they have a loss too."),
            Mistake(lambda t, y: (_sigmoid(t) - y) ** 2,
                    "this is the squared error of the probability; its logarithm is asked."),
            Mistake(lambda t, y: np.where(y == 1, _sigmoid(t), 1 - _sigmoid(t)),
                    "this is the probability of the right answer; minus its logarithm is asked."),
            Mistake(lambda t, y: np.logaddexp(0, -t * y),
                    "t times y is 0 for every different pair; its sign has to turn, not vanish."),
            Mistake(lambda t, y: np.logaddexp(0, t * y),
                    "t times y is 0 for every different pair; its sign has to turn, not vanish."),
            Mistake(lambda t, y: (1 - y) * np.logaddexp(0, t),
                    "same pairs cost nothing here; they have a loss too."),
            Mistake(lambda t, y: np.maximum(np.where(y == 1, -t, t), 0),
                    "this is a hinge: even a right answer costs a little, ln(1 + e^t)."),
        ),
        guards={3: "a probability of exactly 0 or 1 has lost what its logit knew; stay with the "
                   "logits, as np.logaddexp does."},
        fallback="what does a same pair with the logit 0 cost, and a different one? Both ln 2.",
        meaning="Nothing was rounded on the way: a wrong answer that is sure of itself costs what "
        "it should, and has a slope.",
    ),
    "pairwise.3": Exercise(
        "one-shot, with a way out", _named, _ASKED,
        (
            Mistake(slip(_named, odds=_softmax),
                    "each pair is asked for itself: a sigmoid for each, no softmax over the row."),
            Mistake(slip(_named, refuse=lambda p, least: p < 0),
                    "no query is refused; where does least enter?"),
            Mistake(slip(_named, odds=lambda t: t),
                    "least is a probability and was compared with a logit."),
            Mistake(slip(_named, refuse=lambda p, least: p <= least),
                    "a probability of exactly least is not below it: refuse with < and not <=."),
            Mistake(slip(_named, name=lambda t: t.argmin(1)),
                    "this names the least likely support."),
            Mistake(slip(_named, refuse=lambda p, least: p >= least),
                    "this refuses the sure answers and keeps the others."),
            Mistake(lambda t, least: np.where((_sigmoid(t) >= least).any(1),
                                              (_sigmoid(t) >= least).argmax(1), -1),
                    "this takes the first support that passes; the most likely one is asked."),
            Mistake(lambda t, least: _sigmoid(t).max(1),
                    "these are the highest probabilities; the supports that have them are asked."),
            Mistake(slip(_named, unknown=0), "0 is a support; where none is sure enough give -1."),
            Mistake(slip(_named, refuse=lambda p, least: p < 0.5),
                    "0.5 is fixed in your code; take least."),
            Mistake(slip(_named, gives=lambda c: np.where(c < 0, c, c + 1)),
                    "supports are counted from 0."),
            Mistake(slip(_named, unknown=np.nan), "where none is sure enough give -1, not NaN."),
            Mistake(slip(_named, odds=lambda t: np.min(_sigmoid(t), axis=1, keepdims=True)),
                    "least is asked of the likeliest support, not of all of them."),
            Mistake(lambda t, least: (_sigmoid(t) >= least).argmax(1),
                    "where none passes, argmax gives 0, and that is a support."),
            Mistake(lambda t, least: np.where(_sigmoid(t).max() < least, -1, t.argmax(1)),
                    "each query is asked for itself: take the maximum of its row, axis=1."),
            Mistake(lambda t, least: _sigmoid(t).max(1) >= least,
                    "this says which queries are answered; with what?"),
        ),
        fallback="take one row: which support is likeliest, and does its sigmoid reach least?",
        meaning="Asked about something that none of the supports is, the network can say so; a "
        "softmax would always name one.",
    ),
    "pairwise.4": Exercise(
        "another share", _shifted, _SHARES,
        (
            Mistake(lambda p, s: p * s, "multiply the odds, not the probability."),
            Mistake(slip(_shifted, odds=lambda p: p, back=lambda odds: odds),
                    "the odds of the share multiply p / (1 - p), not p."),
            Mistake(lambda p, s: 2 * p * s,
                    "the 2 takes out the half of the training, but odds are multiplied, not p."),
            Mistake(slip(_shifted, gives=lambda p: 1 - p),
                    "this is 1 / (1 + odds), the probability that they differ."),
            Mistake(slip(_shifted, back=lambda odds: odds),
                    "these are odds; turn them back into a probability."),
            Mistake(slip(_shifted, given=lambda p, s: (p, 1 - s)),
                    "the wrong way round: rarer same pairs must lower the probability."),
            Mistake(slip(_shifted, times=lambda s: s),
                    "the odds of the share are share / (1 - share); the bottom is missing."),
            Mistake(slip(_shifted, odds=lambda p: p),
                    "the odds of p are p / (1 - p); the bottom is missing."),
            Mistake(slip(_shifted, back=lambda odds: odds / (1 - odds)),
                    "odds turn back into a probability by odds / (1 + odds), with a plus."),
            Mistake(lambda p, s: p, "nothing was corrected."),
            Mistake(lambda p, s: np.log(p / (1 - p)) + np.log(s / (1 - s)),
                    "these are log-odds, rightly added; e to them gives odds, and then p."),
            Mistake(lambda p, s: p / 1 - p * s / 1 - s,
                    "brackets are missing: division goes before minus."),
        ),
        fallback="p = 0.5 has the odds 1: whatever share is, share must come out for it.",
        meaning="A probability belongs to the mix it was trained on; one factor on the odds takes "
        "it to another.",
    ),
    "pairwise.5": HARD,
}  # fmt: skip
