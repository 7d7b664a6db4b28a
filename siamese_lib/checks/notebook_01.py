"""Exercises of notebook 01, the architecture."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake

_rng = np.random.default_rng(1)
_PAIRS = tuple(tuple(_rng.normal(size=(2, n, dim))) for n, dim in ((4, 2), (6, 5), (1, 3)))
_SETS = tuple(
    (_rng.normal(size=(n, dim)), _rng.normal(size=(m, dim)))
    for n, m, dim in ((3, 4, 2), (5, 2, 6), (1, 3, 4))
)
_SIZES = ((36_224, 128, 128), (1_000, 16, 12), (50, 5, 20))


def _padded(batch, time, dim):
    tokens = _rng.integers(1, 30, size=(batch, time))
    lengths = _rng.integers(1, time, size=batch)
    tokens[np.arange(time) >= lengths[:, None]] = 0
    return _rng.normal(size=(batch, time, dim)), tokens


_STATES = (_padded(3, 6, 2), _padded(1, 4, 5), _padded(5, 9, 3))


def _energies(a, b):
    return np.sqrt(((a - b) ** 2).sum(-1))


def _mean_over_real(states, tokens):
    is_real = (tokens != 0)[..., None]
    return (states * is_real).sum(1) / is_real.sum(1)


def _sum_over_real(states, tokens):
    return (states * (tokens != 0)[..., None]).sum(1)


def _last_real(states, tokens):
    return states[np.arange(len(tokens)), (tokens != 0).sum(1) - 1]


def _parameters(words, dim, hidden):
    return words * dim + 4 * (dim + hidden + 1) * hidden


def _similarities(a, b):
    lengths = np.linalg.norm(a, axis=-1)[:, None] * np.linalg.norm(b, axis=-1)
    return a @ b.T / lengths


EXERCISES = {
    "01.1": Exercise(
        "euclidean energy of rows", _energies, _PAIRS,
        (
            Mistake(lambda a, b: ((a - b) ** 2).sum(-1),
                    "this is the squared distance; take its root."),
            Mistake(lambda a, b: np.linalg.norm(a - b),
                    "this is one length for the whole batch; each row has its own: name the axis."),
            Mistake(lambda a, b: np.sqrt(((a - b) ** 2).sum(0)),
                    "you added up along the batch; add up along the numbers of a row."),
            Mistake(lambda a, b: np.abs(a - b).sum(-1),
                    "these are absolute differences; the differences are squared before the sum."),
            Mistake(lambda a, b: np.sqrt(((a - b) ** 2).mean(-1)),
                    "you took the mean of the squares; the formula has their sum."),
            Mistake(lambda a, b: np.sqrt(((a + b) ** 2).sum(-1)),
                    "the vectors were added; a distance looks at their difference."),
        ),
    ),
    "01.2": Exercise(
        "the mean over real tokens", _mean_over_real, _STATES,
        (
            Mistake(lambda states, tokens: states.mean(1),
                    "padding counts here; leave out positions whose token is 0."),
            Mistake(lambda states, tokens: _sum_over_real(states, tokens) / tokens.shape[1],
                    "you divided by all positions; divide by the number of real ones."),
            Mistake(_sum_over_real,
                    "this is the sum; a mean divides it by the number of real tokens."),
            Mistake(_last_real,
                    "this is the state at the last real token; the mean is over all real ones."),
            Mistake(lambda states, tokens: _sum_over_real(states, tokens)
                    / np.linalg.norm(_sum_over_real(states, tokens), axis=-1, keepdims=True),
                    "this is already normalised; only the mean is asked."),
            Mistake(lambda states, tokens: (states * tokens[..., None]).sum(1)
                    / tokens.sum(1)[:, None],
                    "you weighted with the token numbers; a mask holds only 0 and 1."),
        ),
    ),
    "01.3": Exercise(
        "count the parameters", _parameters, _SIZES,
        (
            Mistake(lambda v, e, h: v * e + (e + h + 1) * h,
                    "this is one gate; an LSTM has more than one."),
            Mistake(lambda v, e, h: v * e + 4 * (e + h) * h, "the biases are missing."),
            Mistake(lambda v, e, h: v * e + 4 * (e + h + 2) * h,
                    "this counts two biases a gate; our LSTM has one."),
            Mistake(lambda v, e, h: v * e + 4 * (e + 1) * h,
                    "each gate also looks at the last state; its weights are missing."),
            Mistake(lambda v, e, h: 4 * (e + h + 1) * h, "the embedding table is missing."),
            Mistake(lambda v, e, h: 2 * _parameters(v, e, h),
                    "this is two towers; the encoder is stored once."),
        ),
    ),
    "01.4": Exercise(
        "every pair at once", _similarities, _SETS,
        (
            Mistake(lambda a, b: a @ b.T, "these are dot products; divide by both lengths."),
            Mistake(lambda a, b: _similarities(a, b).T,
                    "rows and columns are swapped: row i belongs to a."),
            Mistake(lambda a, b: a @ b.T / (np.linalg.norm(a) * np.linalg.norm(b)),
                    "you divided by the length of the whole set; each row has its own."),
            Mistake(lambda a, b: 1 - _similarities(a, b),
                    "this is a distance; the cosine itself is asked."),
            Mistake(lambda a, b: a @ b.T / np.linalg.norm(a, axis=-1, keepdims=True),
                    "only the rows of a were made unit vectors; b needs it too."),
        ),
    ),
}  # fmt: skip
