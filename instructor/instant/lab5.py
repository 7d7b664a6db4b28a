"""Lab 5, question duplicates: right answers and likely mistakes."""

import jax.numpy as jnp
import numpy as np
from flax import nnx

from instructor.instant.instant import Instant
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip
from siamese_lib.datasets import load_questions

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
ASK_MODEL = """\
import jax.numpy as jnp
import numpy as np
from flax import nnx
tokens, words = case
model = answer(words, rngs=nnx.Rngs(0))
batch = model(tokens)
def slopes():
    slope = nnx.grad(lambda m: jnp.sin(m(tokens) * jnp.arange(1, 1 + batch.shape[-1])).sum())(model)
    return [bool(jnp.any(leaf != 0)) for leaf in jax.tree.leaves(slope)]
def raw():
    longer = np.pad(tokens, ((0, 0), (0, 3)))
    return {"batch": batch, "longer": model(longer), "alone": [model(row[None])[0] for row in tokens],
            "learns": slopes(), "size": sum(x.size for x in jax.tree.leaves(nnx.state(model, nnx.Param)))}
"""
MODEL_FACTS = """\
def model_facts(tokens, raw):
    batch = np.asarray(raw["batch"])
    if batch.ndim != 2 or len(batch) != len(tokens):
        return {"one vector a question": False}
    def equal(other):
        return np.shape(other) == batch.shape and np.allclose(batch, np.asarray(other), atol=1e-4)
    near = (batch @ batch.T)[~np.eye(len(batch), dtype=bool)]
    return {
        "one vector a question": True,
        "length 1": bool(np.allclose((batch**2).sum(1), 1, atol=1e-3)),
        "padding changes nothing": equal(raw["longer"]),
        "its neighbours change nothing": equal(raw["alone"]),
        "different questions differ": bool((near < 0.9999).all()),
        "every weight learns": bool(len(raw["learns"])) and all(raw["learns"]),
        "at most 1,000,000 weights": raw["size"] <= 1_000_000,
    }
"""
_ASK_MODEL = (
    ASK_MODEL
    + MODEL_FACTS
    + """\
def is_embedding(batch):
    return getattr(batch, "ndim", 0) == 2 and len(batch) == len(tokens)
None if batch is None else {"one vector a question": False, "shown": batch} if not is_embedding(batch) else {
    **model_facts(tokens, raw()), "shown": batch}
"""
)
_ASK_PREDICT = """\
first, second, is_same = case
said = answer(list(first), list(second))
def facts():
    calls = np.asarray(said)
    if calls.shape != is_same.shape or calls.dtype.kind != "b":
        return {"one True or False a pair": False}
    is_right = calls == (is_same == 1)
    accuracy = is_right.mean()
    wrong = [(first[k], second[k], bool(calls[k])) for k in np.flatnonzero(~is_right)[:2]]
    odd = np.asarray(answer(["", "zyzzyva quokka", first[0]], ["", "zyzzyva quokka", ""]))
    return {
        "one True or False a pair": True,
        "says both": bool(calls.any() and not calls.all()),
        "better than the majority": bool(accuracy > 0.6),
        "above 0.8 on these": bool(accuracy > 0.8),
        "a question is the same as itself": bool(np.all(answer(list(first[:9]), list(first[:9])))),
        "nothing known, nothing the same": not odd.any(),
        "shown": {"the share that is right": float(accuracy), "called wrongly, among others": wrong},
    }
None if said is None else facts()
"""


def make_batches(meaning, size, rng):
    count = max(-(-len(meaning) // size), np.unique(meaning, return_counts=True)[1].max())
    order = rng.permutation(len(meaning))
    order = order[np.argsort(rng.permutation(meaning.max() + 1)[meaning[order]], kind="stable")]
    return [
        np.pad(rows := order[k::count], (0, size - len(rows)), constant_values=-1)
        for k in range(count)
    ]


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


def cosine(first, second):
    def unit(x):
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    return (unit(first) * unit(second)).sum(axis=1)


def classify(first, second, low, high, *, similarity=cosine, above=np.greater, below=np.less_equal):
    s = similarity(first, second)
    return np.where(above(s, high), 1, np.where(below(s, low), 0, -1))


def _normalise(x, axis=-1):
    return x / jnp.sqrt(jnp.maximum((x * x).sum(axis=axis, keepdims=True), 1e-12))


def _model(forward=None, size=16, extra=0):
    class QuestionEncoder(nnx.Module):
        def __init__(self, words, *, rngs):
            self.embedding = nnx.Embed(words, size, rngs=rngs)
            self.dense = nnx.Linear(size, size + extra, rngs=rngs)

        def __call__(self, tokens):
            real = (tokens != 0)[..., None]
            return forward(jnp.tanh(self.dense(self.embedding(tokens))), real)

    return QuestionEncoder


def _sum(states, real):
    return jnp.where(real, states, 0).sum(1)


encoder = _model(lambda s, r: _normalise(_sum(s, r)))

_rng = np.random.default_rng(5)
_MEANINGS = (
    (_rng.permutation(np.repeat(np.arange(6), [1, 2, 3, 1, 2, 3])), 4, 0),
    (_rng.permutation(np.repeat(np.arange(9), 2)), 5, 10),
    (_rng.permutation(np.repeat(np.arange(4), [7, 1, 2, 1])), 3, 20),
)
_TOKENS = tuple(
    (np.array(rows), 40)
    for rows in (
        [[3, 5, 2, 0, 0, 0], [4, 1, 0, 0, 0, 0], [2, 2, 6, 1, 9, 0], [7, 0, 0, 0, 0, 0]],
        [[1, 2, 3, 4, 5, 6], [5, 6, 7, 0, 0, 0], [39, 1, 0, 0, 0, 0], [8, 8, 2, 0, 0, 0]],
    )
)


def _units(b, dim):
    x = _rng.normal(size=(b, dim))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).round(4)


_LOSSES = tuple(
    (_units(b, 4), _units(b, 4), np.array(real, bool), margin)
    for b, real, margin in (
        (4, [1, 1, 1, 1], 0.6),
        (6, [1, 0, 1, 1, 0, 1], 0.8),
        (6, [0, 1, 1, 0, 1, 0], 1.0),
    )
)
_BANDS = (
    (_rng.normal(size=(6, 3)).round(2), _rng.normal(size=(6, 3)).round(2), -0.2, 0.4),
    (np.array([[4.0, 0], [0, 2], [3, 0]]), np.array([[0.0, 5], [0, 1], [-1, 0]]), 0.0, 1.0),
    (
        np.array([[1.0, 2, 2], [2, 1, 2], [5, 0, 0], [1, 1, 0]]),
        np.array([[2.0, 4, 4], [2, 1, 1], [0, 2, 1], [0, 1, 1]]),
        0.1,
        0.6,
    ),
)
_BANDS += ((*np.random.default_rng(50).normal(size=(2, 14, 3)).round(2), -0.3, 0.5),)
_pairs = load_questions("validation")
_chosen = np.random.default_rng(0).choice(len(_pairs.is_same), 80, replace=False)
_PAIRS = (
    (
        [_pairs.question1[k] for k in _chosen],
        [_pairs.question2[k] for k in _chosen],
        _pairs.is_same[_chosen].astype(int),
    ),
)

_BATCH_MISTAKES = (
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
_MODEL_MISTAKES = (
    Mistake({"one vector a question": False}, "[b, t] tokens in, one vector a question out: [b, dim]. Average over the words."),
    Mistake({"its neighbours change nothing": False, "length 1": False}, "an embedding depends on the rest of the batch: the length is that of the whole batch. Mind the axis."),
    Mistake({"its neighbours change nothing": False}, "an embedding depends on the rest of the batch: look for a mean or a length down the batch."),
    Mistake({"length 1": False}, "the rows have not length 1: normalise along the last axis at the end."),
    Mistake({"padding changes nothing": False}, "three more zeros change the embedding: mask the states of padding before you average."),
    Mistake({"different questions differ": False}, "different questions get the same vector: the encoder has collapsed, or never looks at the words."),
    Mistake({"every weight learns": False}, "a weight gets no gradient: it is not used, or the gradient was stopped."),
    Mistake({"at most 1,000,000 weights": False}, "the model is too large: stay within a million weights; the vocabulary has about a thousand words."),
)  # fmt: skip


def _of_l2(largest):
    """Rows whose second loss takes another negative than the largest."""
    return lambda n, p, m: (_row(n, p, m)[0], max(largest(n, p) - p + m, 0))


def _closest(n, p):
    below = n[n <= p]
    return below.max() if len(below) else -9.0


def _with_positive(n, p, m):
    return max((n.sum() + p) / (len(n) + 1) - p + m, 0), max(n.max() - p + m, 0)


_LOSS_MISTAKES = tuple(
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


_EXACT = 1e-9  # a cosine that is 1 by hand may be a last bit off
_CLASSIFY_MISTAKES = tuple(
    Mistake(slip(classify, **switches), hint)
    for switches, hint in (
        ({"similarity": lambda a, b: (a * b).sum(1)}, "these are dot products: the embeddings may have any length. Take cosines."),
        ({"similarity": lambda a, b: 1 - cosine(a, b)}, "this is the distance; a high cosine means the same."),
        ({"similarity": lambda a, b: (a * b).sum(1) / np.linalg.norm(a) / np.linalg.norm(b)}, "you divided by the length of the whole batch; mind the axis."),
        ({"similarity": lambda a, b: (a * b).sum(1) / np.linalg.norm(a, axis=1)}, "you divided by one length of the two."),
        ({"similarity": lambda a, b: -np.linalg.norm(a - b, axis=1)}, "this is a distance between points, not an angle; take cosines."),
        ({"above": lambda s, high: s >= high - _EXACT}, "exactly at high is not above it: > and not >=."),
        ({"below": lambda s, low: s < low - _EXACT}, "exactly at low is different: <= and not <."),
        ({"below": lambda s, low: s > -9}, "nothing is left open: between low and high the answer is -1."),
        ({"given": lambda a, b, lo, hi: (a, b, lo, lo)}, "only low is used: between low and high the answer is -1."),
        ({"gives": lambda c: -c}, "1 is same, 0 different, -1 open."),
        ({"gives": lambda c: np.where(c < 0, c, 1 - c)}, "same and different are swapped: 1 is same."),
        ({"gives": lambda c: np.where(c == 0, -1, np.where(c < 0, 0, 1))}, "open and different are swapped: 0 is different, -1 is open."),
        ({"given": lambda a, b, lo, hi: (a, b, 0.7, 0.7)}, "0.7 is somebody else's threshold; use low and high."),
    )
)  # fmt: skip
_PREDICT_MISTAKES = (
    Mistake({"one True or False a pair": False}, "give an array of True and False, one for each pair."),
    Mistake({"says both": False}, "every pair gets the same answer: look at the threshold and at a few similarities."),
    Mistake({"better than the majority": False}, "no better than the majority: has the model trained, does the loss fall, is the threshold right?"),
    Mistake({"nothing known, nothing the same": False, "a question is the same as itself": True}, "two texts with no known word are called the same: to the model they are the same tokens. Answer False there, and for an empty text."),
    Mistake({"above 0.8 on these": False}, "it has learned something, not enough: more epochs, another learning rate or margin, all pairs."),
    Mistake({"a question is the same as itself": False}, "a question differs from itself: both sides must pass through the same encoder and tokens."),
)  # fmt: skip


def _trained_stand_in(first, second):
    """Right by heart, since no check of ours trains a model."""
    known = {(a, b): y for a, b, y in zip(*_PAIRS[0], strict=True)}
    return np.array(
        [
            bool(a) and "quokka" not in a and (a == b or known.get((a, b)) == 1)
            for a, b in zip(first, second, strict=True)
        ]
    )


EXERCISES = {
    "lab5.1": Instant(
        "batches", "make_batches", make_batches, _MEANINGS, _BATCH_MISTAKES,
        "Each pair comes once in an epoch, and no batch teaches that two wordings of one question differ.",
        "print the batches shown with their meanings, meaning[rows].", _ASK_BATCHES,
        names=("meaning", "size", "seed of rng"),
    ),
    "lab5.2": Instant(
        "encoder", "QuestionEncoder", encoder, _TOKENS, _MODEL_MISTAKES,
        "The contract holds: a question's vector depends on its words alone, and every weight can learn.",
        "print the shapes of each step for one short question.", _ASK_MODEL,
        names=("tokens", "vocabulary_size"),
    ),
    "lab5.3": Instant(
        "loss", "batch_loss", batch_loss, _LOSSES, _LOSS_MISTAKES,
        "Both questions of a pair pull and push now, and the hardest negative of each row teaches even where it beats the positive.",
        "compute L1 and L2 of the first row by hand.",
    ),
    "lab5.4": Instant(
        "classify", "classify", classify, _BANDS, _CLASSIFY_MISTAKES,
        "Two thresholds leave the doubtful pairs to a person; how many that are is your choice of low and high.",
        "print the cosines and sort each into its band.",
    ),
    "lab5.5": Instant(
        "train and predict", "predict", _trained_stand_in, _PAIRS, _PREDICT_MISTAKES,
        "Your network tells most of these pairs apart; grading asks about new things in new words, so look at what it still gets wrong.",
        "look at the similarities of ten pairs beside is_same.", _ASK_PREDICT,
        names=("first", "second", "is_same"),
    ),
}  # fmt: skip
