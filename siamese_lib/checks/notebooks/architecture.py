"""Exercises of the notebook on the architecture."""

import numpy as np

from siamese_lib.checks.exercise import Exercise, Mistake
from siamese_lib.checks.slips import slip

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


_STATES: tuple = (_padded(3, 6, 2), _padded(1, 4, 5), _padded(5, 9, 3))
_STATES += (
    (_rng.normal(size=(2, 3, 2)), np.array([[4, 2, 9], [7, 0, 0]])),
)  # one row is without padding


def _energies(a, b, *, difference=np.subtract, measure=np.square, axis=-1, root=np.sqrt):
    return root(measure(difference(a, b)).sum(axis))


def _is_real(tokens):
    return (tokens != 0).astype(float)


def _words(mask, tokens):
    return mask.sum(1, keepdims=True)


def _mean_over_real(states, tokens, *, mask=_is_real, over=_words, axis=1):
    weights = mask(tokens)
    return (states * weights[..., None]).sum(axis) / over(weights, tokens)


def _last_real(states, tokens):
    return states[np.arange(len(tokens)), (tokens != 0).sum(1) - 1]


def _unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _parameters(words, dim, hidden, *, gates=4, biases=1, recurrent=1, table=1, towers=1):
    lstm = gates * (dim + recurrent * hidden + biases) * hidden
    return towers * (table * words * dim + lstm)


def _similarities(a, b, *, axis=-1, left=True, right=True):
    def unit(x):
        return x / np.linalg.norm(x, axis=axis, keepdims=axis is not None)

    return (unit(a) if left else a) @ (unit(b) if right else b).T


EXERCISES = {
    "architecture.1": Exercise(
        "euclidean energy of rows", _energies, _PAIRS,
        (
            Mistake(slip(_energies, root=lambda s: s),
                    "this is the squared distance; take its root."),
            Mistake(slip(_energies, axis=None),
                    "this is one length for the whole batch; each row has its own: name the axis."),
            Mistake(slip(_energies, axis=0),
                    "you added up along the batch; add up along the numbers of a row."),
            Mistake(slip(_energies, measure=np.abs, root=lambda s: s),
                    "these are absolute differences; the differences are squared before the sum."),
            Mistake(lambda a, b: np.sqrt(((a - b) ** 2).mean(-1)),
                    "you took the mean of the squares; the formula has their sum."),
            Mistake(slip(_energies, difference=np.add),
                    "the vectors were added; a distance looks at their difference."),
            Mistake(lambda a, b: abs(np.linalg.norm(a, axis=-1) - np.linalg.norm(b, axis=-1)),
                    "this is the difference of the two lengths; take the length of the "
                    "difference."),
            Mistake(lambda a, b: (a * b).sum(-1), "this is the dot product, not a distance."),
            Mistake(lambda a, b: np.sqrt((a - b) ** 2),
                    "the sum over the numbers of a row is missing."),
        ),
        meaning="One number for each pair, small where two rows are near: this is the energy of a "
        "Siamese network.",
    ),
    "architecture.2": Exercise(
        "the mean over real tokens", _mean_over_real, _STATES,
        (
            Mistake(slip(_mean_over_real, mask=lambda t: np.ones(t.shape)),
                    "padding counts here; leave out positions whose token is 0."),
            Mistake(slip(_mean_over_real, over=lambda m, t: t.shape[1]),
                    "you divided by all positions; divide by the number of real ones."),
            Mistake(slip(_mean_over_real, mask=lambda t: np.ones(t.shape),
                         over=lambda m, t: _is_real(t).sum(1, keepdims=True)),
                    "the states of padding are in the sum; mask them before you add up."),
            Mistake(slip(_mean_over_real, over=lambda m, t: 1),
                    "this is the sum; a mean divides it by the number of real tokens."),
            Mistake(slip(_mean_over_real, mask=lambda t: np.ones(t.shape), over=lambda m, t: 1),
                    "this is the sum over all positions; mask padding, and divide by the number "
                    "of real tokens."),
            Mistake(_last_real,
                    "this is the state at the last real token; the mean is over all real ones."),
            Mistake(lambda states, tokens: states[:, -1],
                    "this is the state at the last position, often padding; take the mean over "
                    "the real ones."),
            Mistake(slip(_mean_over_real, gives=_unit),
                    "this is already normalised; only the mean is asked."),
            Mistake(slip(_mean_over_real, mask=lambda t: t.astype(float)),
                    "you weighted with the token numbers; a mask holds only 0 and 1."),
            Mistake(slip(_mean_over_real, mask=lambda t: 1 - _is_real(t),
                         over=lambda m, t: np.maximum(m.sum(1, keepdims=True), 1)),
                    "the mask is turned round: this is the mean over padding."),
            Mistake(slip(_mean_over_real, over=lambda m, t: m.sum()),
                    "you divided by all real tokens of the batch; each row has its own number."),
            Mistake(slip(_mean_over_real, gives=lambda x: x.mean(0)),
                    "keep one vector a row: the mean goes over the tokens, not over the batch."),
        ),
        meaning="More padding changes nothing now, so a question has one embedding whatever batch "
        "it is read in.",
    ),
    "architecture.3": Exercise(
        "count the parameters", _parameters, _SIZES,
        (
            Mistake(slip(_parameters, gates=1),
                    "this is one gate; an LSTM has more than one."),
            Mistake(slip(_parameters, gates=3), "this is three gates; the cell's proposal has "
                    "weights too."),
            Mistake(slip(_parameters, biases=0), "the biases are missing."),
            Mistake(slip(_parameters, biases=2),
                    "this counts two biases a gate; our LSTM has one."),
            Mistake(slip(_parameters, recurrent=0),
                    "each gate also looks at the last state; its weights are missing."),
            Mistake(slip(_parameters, table=0), "the embedding table is missing."),
            Mistake(slip(_parameters, towers=2),
                    "this is two towers; the encoder is stored once."),
            Mistake(lambda v, e, h: v * e, "this is the embedding table; the LSTM is missing."),
            Mistake(slip(_parameters, given=lambda v, e, h: (v, h, e)),
                    "embedding_dim and hidden_dim are swapped."),
            Mistake(lambda v, e, h: v * e + 4 * (e + h) * h + 4,
                    "one bias for each gate is too few: each of its units has one."),
            Mistake(lambda v, e, h: v * e + 4 * (e + h) * h + h,
                    "each of the four gates has biases of its own."),
        ),
        meaning="Most weights lie in the embedding table, and a second input adds none: both "
        "branches share them.",
    ),
    "architecture.4": Exercise(
        "every pair at once", _similarities, _SETS,
        (
            Mistake(slip(_similarities, left=False, right=False),
                    "these are dot products; divide by both lengths."),
            Mistake(slip(_similarities, gives=np.transpose),
                    "rows and columns are swapped: row i belongs to a."),
            Mistake(slip(_similarities, axis=None),
                    "you divided by the length of the whole set; each row has its own."),
            Mistake(slip(_similarities, axis=0),
                    "the lengths run down the set; each row has its own, along axis -1."),
            Mistake(slip(_similarities, gives=lambda s: 1 - s),
                    "this is a distance; the cosine itself is asked."),
            Mistake(slip(_similarities, right=False),
                    "only the rows of a were made unit vectors; b needs it too."),
            Mistake(slip(_similarities, left=False),
                    "only the rows of b were made unit vectors; a needs it too."),
            Mistake(lambda a, b: np.linalg.norm(a[:, None] - b, axis=-1),
                    "these are Euclidean distances; cosines are asked."),
        ),
        meaning="One matrix product compared every a with every b; notebook 04 reads a whole "
        "batch's loss from such a matrix.",
    ),
}  # fmt: skip
