"""Lab 5, question duplicates: right answers and likely mistakes."""

import jax.numpy as jnp
import numpy as np
from flax import nnx

from instructor.instant.instant import Instant
from siamese_lib.checks.exercise import Mistake
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
None if drawn(0) is None else {
    **batch_facts(*case[:2], [list(drawn(k)) for k in range(6)]), "the same rng, the same batches": again()}
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
_ASK_MODEL = ASK_MODEL + MODEL_FACTS + "None if batch is None else model_facts(tokens, raw())\n"
_ASK_PREDICT = """\
first, second, is_same = case
said = answer(list(first), list(second))
def facts():
    calls = np.asarray(said)
    if calls.shape != is_same.shape or calls.dtype.kind != "b":
        return {"one True or False a pair": False}
    accuracy = (calls == (is_same == 1)).mean()
    odd = np.asarray(answer(["", "zyzzyva quokka", first[0]], ["", "zyzzyva quokka", ""]))
    return {
        "one True or False a pair": True,
        "says both": bool(calls.any() and not calls.all()),
        "better than the majority": bool(accuracy > 0.6),
        "above 0.8 on these": bool(accuracy > 0.8),
        "a question is the same as itself": bool(np.all(answer(list(first[:9]), list(first[:9])))),
        "nothing known, nothing the same": not odd.any(),
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


def batch_loss(first, second, is_real, margin, *, sides=(0, 1), hardest=np.max, losses=(1, 1)):
    similarity = np.asarray(first) @ np.asarray(second).T
    use = is_real[:, None] & is_real & ~np.eye(len(is_real), dtype=bool)
    total = 0.0
    for s in (similarity, similarity.T)[slice(sides[0], sides[1] + 1)]:
        rows = [(s[i][use[i]], s[i, i]) for i in np.flatnonzero(is_real)]
        total += np.mean(
            [
                losses[0] * max(n.mean() - p + margin, 0)
                + losses[1] * max(hardest(n) - p + margin, 0)
                for n, p in rows
            ]
        )
    return total / (sides[1] - sides[0] + 1)


def classify(first, second, low, high):
    def unit(x):
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    similarity = (unit(first) * unit(second)).sum(axis=1)
    return np.where(similarity > high, 1, np.where(similarity <= low, 0, -1))


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
    Mistake({"its neighbours change nothing": False, "length 1": False}, "an embedding hangs on the rest of the batch: the length is that of the whole batch. Mind the axis."),
    Mistake({"its neighbours change nothing": False}, "an embedding hangs on the rest of the batch: look for a mean or a length down the batch."),
    Mistake({"length 1": False}, "the rows have not length 1: normalise along the last axis at the end."),
    Mistake({"padding changes nothing": False}, "three more zeros change the embedding: mask the states of padding before you average."),
    Mistake({"different questions differ": False}, "different questions get the same vector: the encoder has collapsed, or never looks at the words."),
    Mistake({"every weight learns": False}, "a weight gets no gradient: it is not used, or the gradient was stopped."),
    Mistake({"at most 1,000,000 weights": False}, "the model is too large: stay within a million weights; the vocabulary has about a thousand words."),
)  # fmt: skip


def _with(**options):
    return lambda *case: batch_loss(*case, **options)


def _total(first, second, is_real, margin):
    return batch_loss(first, second, is_real, margin) * is_real.sum()


def _closest_loss(first, second, is_real, margin):
    s, total = first @ second.T, []
    for m in (s, s.T):
        for i in np.flatnonzero(is_real):
            n = np.array([m[i, j] for j in np.flatnonzero(is_real) if j != i])
            below = n[n <= m[i, i]]
            total.append(
                max(n.mean() - m[i, i] + margin, 0)
                + (max(below.max() - m[i, i] + margin, 0) if len(below) else 0)
            )
    return np.sum(total) / 2 / is_real.sum()


def _diagonal_loss(first, second, is_real, margin):
    s, total = first @ second.T, []
    for m in (s, s.T):
        for i in np.flatnonzero(is_real):
            row = m[i][is_real]
            hard = max(m[i, j] for j in np.flatnonzero(is_real) if j != i)
            total.append(max(row.mean() - m[i, i] + margin, 0) + max(hard - m[i, i] + margin, 0))
    return np.sum(total) / 2 / is_real.sum()


_LOSS_MISTAKES = (
    Mistake(_with(sides=(0, 0)), "only the rows: do the same with the columns, and take the mean of both."),
    Mistake(_with(sides=(1, 1)), "only the columns: do the same with the rows, and take the mean of both."),
    Mistake(lambda *c: 2 * batch_loss(*c), "rows and columns are added; take the mean of both."),
    Mistake(_closest_loss, "this is the closest negative; the hardest may lie above the positive."),
    Mistake(_with(hardest=np.min), "this is the easiest negative; the hardest is the largest."),
    Mistake(_with(losses=(1, 0)), "this is L1 alone; L2 is missing."),
    Mistake(_with(losses=(0, 1)), "this is L2 alone; L1 is missing."),
    Mistake(lambda f, s, r, m: batch_loss(f, s, r, 0.0), "the margin is missing."),
    Mistake(lambda f, s, r, m: batch_loss(f, s, r, 2 * m), "the margin was added twice."),
    Mistake(lambda f, s, r, m: batch_loss(f, s, r, 0.25), "the margin is fixed at 0.25; use the one given."),
    Mistake(lambda f, s, r, m: batch_loss(f, -s, r, m), "the sign is swapped: a large positive must lower the loss."),
    Mistake(_total, "this is the sum; give the mean over the real pairs."),
    Mistake(lambda f, s, r, m: batch_loss(f, s, np.ones_like(r), m), "padding took part: is_real says which rows and columns count."),
    Mistake(lambda f, s, r, m: _total(f, s, r, m) / len(r), "divide by the number of real pairs, not by the size of the batch."),
    Mistake(_diagonal_loss, "the diagonal is in your mean; it holds the positives."),
)  # fmt: skip


def _bands(similarity):
    def wrong(first, second, low, high):
        s = similarity(first, second)
        return np.where(s > high, 1, np.where(s <= low, 0, -1))

    return wrong


def _cosines(first, second):
    return (first * second).sum(1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)


_CLASSIFY_MISTAKES = (
    Mistake(_bands(lambda a, b: (a * b).sum(1)), "these are dot products: the embeddings may have any length. Take cosines."),
    Mistake(_bands(lambda a, b: 1 - _cosines(a, b)), "this is the distance; a high cosine means the same."),
    Mistake(_bands(lambda a, b: (a * b).sum(1) / np.linalg.norm(a) / np.linalg.norm(b)), "you divided by the length of the whole batch; mind the axis."),
    Mistake(lambda a, b, lo, hi: np.where(_cosines(a, b) >= hi - 1e-9, 1, np.where(_cosines(a, b) <= lo, 0, -1)), "exactly at high is not above it: > and not >=."),
    Mistake(lambda a, b, lo, hi: np.where(_cosines(a, b) > hi, 1, np.where(_cosines(a, b) < lo - 1e-9, 0, -1)), "exactly at low is different: <= and not <."),
    Mistake(lambda a, b, lo, hi: np.where(_cosines(a, b) > hi, 1, 0), "nothing is left open: between low and high the answer is -1."),
    Mistake(lambda a, b, lo, hi: np.where(_cosines(a, b) > lo, 1, 0), "only low is used: between low and high the answer is -1."),
    Mistake(lambda a, b, lo, hi: -classify(a, b, lo, hi), "1 is same, 0 different, -1 open."),
    Mistake(lambda a, b, lo, hi: (c := classify(a, b, lo, hi), np.where(c == 1, 0, np.where(c == 0, 1, -1)))[1], "same and different are swapped: 1 is same."),
    Mistake(lambda a, b, lo, hi: classify(a, b, 0.7, 0.7), "0.7 is somebody else's threshold; use low and high."),
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
    "lab5.1": Instant("batches", make_batches, _MEANINGS, _BATCH_MISTAKES,
                      "print the batches of case 1 with their meanings.", _ASK_BATCHES),
    "lab5.2": Instant("encoder", encoder, _TOKENS, _MODEL_MISTAKES,
                      "print the shapes of each step for one short question.", _ASK_MODEL),
    "lab5.3": Instant("loss", batch_loss, _LOSSES, _LOSS_MISTAKES,
                      "compute L1 and L2 of the first row of case 1 by hand."),
    "lab5.4": Instant("classify", classify, _BANDS, _CLASSIFY_MISTAKES,
                      "print the cosines of case 2 and sort each into its band."),
    "lab5.5": Instant("train and predict", _trained_stand_in, _PAIRS, _PREDICT_MISTAKES,
                      "look at the similarities of ten pairs beside is_same.", _ASK_PREDICT),
}  # fmt: skip
