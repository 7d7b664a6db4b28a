"""Exercises of notebook 08, pairwise similarity."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

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
# Row 0 of each is sure of one support, row 1 of none; 0.6 as a logit and as a probability differ.
_ASKED = tuple(
    (np.concatenate([[_rng.permutation(np.linspace(-3, 3, n)),
                      _rng.permutation(np.linspace(-5, -1, n)),
                      _rng.permutation(np.linspace(-2, least_logit, n))],
                     _rng.normal(scale=2, size=(4, n))]), least)
    for n, least, least_logit in ((5, 0.5, 0.2), (8, 0.6, 0.5), (3, 0.9, 1.5))
)  # fmt: skip
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


def _head(h1, h2, weight, bias):
    return _sigmoid(np.abs(h1 - h2) @ weight + bias)


def _naive(logits, is_same):
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(-logits))
        return -np.log(np.where(is_same == 1, p, 1 - p))


def _clipped(logits, is_same, edge):
    p = np.clip(_sigmoid(logits), edge, 1 - edge)
    return -np.log(np.where(is_same == 1, p, 1 - p))


def _cross_entropy(logits, is_same):
    return np.logaddexp(0, np.where(is_same == 1, -logits, logits))


def _named(logits, least):
    return np.where(_sigmoid(logits).max(1) < least, -1, logits.argmax(1))


def _softmax_named(logits, least):
    odds = np.exp(logits - logits.max(1, keepdims=True))
    return np.where((odds / odds.sum(1, keepdims=True)).max(1) < least, -1, logits.argmax(1))


def _shifted(p, share):
    odds = p / (1 - p) * share / (1 - share)
    return odds / (1 + odds)


EXERCISES = {
    "08.1": Exercise(
        "the head", _head, _HEADS,
        (
            Mistake(lambda h1, h2, w, b: np.abs(h1 - h2) @ w + b,
                    "these are the logits; a sigmoid makes probabilities of them."),
            Mistake(lambda h1, h2, w, b: _sigmoid((h1 - h2) @ w + b),
                    "without the absolute value the answer depends on the order of the two."),
            Mistake(lambda h1, h2, w, b: _sigmoid(np.abs((h1 - h2) @ w) + b),
                    "the absolute value is taken entry by entry, before the weights."),
            Mistake(lambda h1, h2, w, b: _sigmoid(np.abs((h1 - h2) @ w + b)),
                    "this is the absolute value of the whole logit; take it of each difference."),
            Mistake(lambda h1, h2, w, b: _sigmoid(np.abs(h1 - h2) @ w), "the bias is missing."),
            Mistake(lambda h1, h2, w, b: _sigmoid(np.abs(h1 - h2) @ w) + b,
                    "the bias is added before the sigmoid."),
            Mistake(lambda h1, h2, w, b: _sigmoid((h1 - h2) ** 2 @ w + b),
                    "these are squared differences; the absolute ones are asked."),
            Mistake(lambda h1, h2, w, b: 1 - _head(h1, h2, w, b),
                    "this is the probability that they differ."),
        ),
    ),
    "08.2": Exercise(
        "cross-entropy", _cross_entropy, _LOGITS,
        (
            Mistake(_naive, "the probability was rounded to 0 or 1; stay with the logits."),
            Mistake(lambda t, y: _cross_entropy(-t, y),
                    "the labels are swapped: a large logit must cost little where y is 1."),
            Mistake(lambda t, y: -_cross_entropy(t, y), "the minus sign is missing."),
            Mistake(lambda t, y: _cross_entropy(t, y) / np.log(2),
                    "this is the logarithm to base 2; the natural one is asked."),
            Mistake(lambda t, y: _cross_entropy(t, y).mean(), "keep one loss a pair."),
            Mistake(lambda t, y: np.logaddexp(0, -t),
                    "a different pair is charged as if it were same; use is_same."),
            Mistake(lambda t, y: np.logaddexp(0, t),
                    "a same pair is charged as if it were different; its sign is turned."),
            Mistake(lambda t, y: _clipped(t, y, 1e-7),
                    "clipping caps the loss, here at 16; stay with the logits."),
            Mistake(lambda t, y: _clipped(t, y, 1e-12),
                    "clipping caps the loss, here at 28; stay with the logits."),
        ),
    ),
    "08.3": Exercise(
        "one-shot, with a way out", _named, _ASKED,
        (
            Mistake(_softmax_named,
                    "each pair is asked for itself: a sigmoid for each, no softmax over the row."),
            Mistake(lambda t, least: t.argmax(1), "no query is refused; where does least enter?"),
            Mistake(lambda t, least: np.where(t.max(1) < least, -1, t.argmax(1)),
                    "least is a probability and was compared with a logit."),
            Mistake(lambda t, least: np.where(_sigmoid(t).max(1) < least, -1, t.argmin(1)),
                    "this names the least likely support."),
            Mistake(lambda t, least: np.where(_sigmoid(t).max(1) >= least, -1, t.argmax(1)),
                    "this refuses the sure answers and keeps the others."),
            Mistake(lambda t, least: np.where((_sigmoid(t) >= least).any(1),
                                              (_sigmoid(t) >= least).argmax(1), -1),
                    "this takes the first support that passes; the most likely one is asked."),
            Mistake(lambda t, least: _sigmoid(t).max(1),
                    "these are the highest probabilities; the supports that have them are asked."),
        ),
    ),
    "08.4": Exercise(
        "another share", _shifted, _SHARES,
        (
            Mistake(lambda p, s: p * s, "multiply the odds, not the probability."),
            Mistake(lambda p, s: p * s / (1 - s),
                    "the odds of the share multiply p / (1 - p), not p."),
            Mistake(lambda p, s: 2 * p * s,
                    "the 2 takes out the half of the training, but odds are multiplied, not p."),
            Mistake(lambda p, s: 1 - _shifted(p, s),
                    "this is 1 / (1 + odds), the probability that they differ."),
            Mistake(lambda p, s: p / (1 - p) * s / (1 - s),
                    "these are odds; turn them back into a probability."),
            Mistake(lambda p, s: _shifted(p, 1 - s),
                    "the wrong way round: rarer same pairs must lower the probability."),
            Mistake(lambda p, s: p * s / (p * s + 1 - p),
                    "the odds of the share are share / (1 - share); the bottom is missing."),
            Mistake(lambda p, s: p, "nothing was corrected."),
        ),
    ),
}  # fmt: skip
