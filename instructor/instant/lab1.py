"""Lab 1, creating a Siamese model: right answers and likely mistakes."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from instructor.instant.instant import Instant, Only
from siamese_lib.checks.exercise import Mistake

ASK_NORMALISE = """\
values = answer(case[0])
def is_finite():
    slope = jax.grad(lambda x: jnp.sin(answer(x)).sum())(jnp.asarray(case[0]))
    return bool(jnp.isfinite(slope).all())
None if values is None else {"values": values, "slope is finite": is_finite()}
"""
ASK_ENCODER = """\
import jax.numpy as jnp
from flax import nnx
tokens, table, kernel, bias = case
model = answer(*table.shape, kernel.shape[1], rngs=nnx.Rngs(0))
def outputs():
    model.embedding.embedding[...] = jnp.asarray(table, jnp.float32)
    model.hidden.kernel[...] = jnp.asarray(kernel, jnp.float32)
    model.hidden.bias[...] = jnp.asarray(bias, jnp.float32)
    return model(tokens)
None if model(tokens) is None else outputs()
"""
ASK_TRIPLETS = """\
import jax
import jax.numpy as jnp
from flax import nnx
weights, anchor, positive, negative = case
encoder = nnx.Linear(*weights.shape, use_bias=False, rngs=nnx.Rngs(0))
encoder.kernel[...] = jnp.asarray(weights, jnp.float32)
model = answer(encoder)
cosines = model(anchor, positive, negative)
def size():
    return sum(leaf.size for leaf in jax.tree.leaves(nnx.state(model, nnx.Param)))
def slope():
    def gap(m):
        first, second = m(anchor, positive, negative)
        return (first - 2 * second).sum()
    return sum(jax.tree.leaves(nnx.grad(gap)(model)))
def changed():
    encoder.kernel[...] = jnp.asarray(weights[::-1], jnp.float32)
    return model(anchor, positive, negative)
None if cosines is None else {
    "cosines": cosines, "parameters": size(), "slope": slope(), "after a step of the encoder": changed()}
"""


def normalise(x):
    squared = (x * x).sum(axis=-1, keepdims=True)
    return x / jnp.sqrt(jnp.where(squared > 0, squared, 1))


def pool(states, tokens, weight):
    w = np.asarray(weight)[tokens] * (tokens != 0)
    total = w.sum(axis=1, keepdims=True)
    return (states * w[..., None]).sum(axis=1) / np.where(total > 0, total, 1)


def _encoder(forward):
    class Encoder(nnx.Module):
        def __init__(self, vocabulary_size, embedding_dim, hidden_dim, *, rngs):
            self.embedding = nnx.Embed(vocabulary_size, embedding_dim, rngs=rngs)
            self.hidden = nnx.Linear(embedding_dim, hidden_dim, rngs=rngs)

        def __call__(self, tokens):
            return forward(self, tokens)

    return Encoder


def _mean(x, tokens):
    real = (tokens != 0)[..., None]
    return jnp.where(real, x, 0).sum(1) / real.sum(1)


def _states(model, tokens):
    return jnp.tanh(model.hidden(model.embedding(tokens)))


encoder = _encoder(lambda m, t: normalise(_mean(_states(m, t), t)))


def encode(tokens, table, kernel, bias):
    """What the encoder gives with these weights, [b, hidden_dim]."""
    states = np.tanh(table[tokens] @ kernel + bias)
    return np.asarray(normalise(_mean(states, tokens)))


def _triplets(forward, *, keep=lambda encoder: encoder):
    class Triplets(nnx.Module):
        def __init__(self, encoder):
            self.encoder = keep(encoder)

        def __call__(self, anchor, positive, negative):
            return forward(self.encoder, anchor, positive, negative)

    return Triplets


def _cosine(a, b):
    return (normalise(a) * normalise(b)).sum(-1)


def _both(e, a, p, n):
    return _cosine(e(a), e(p)), _cosine(e(a), e(n))


triplets = _triplets(_both)


def triplet_facts(weights, anchor, positive, negative):
    """What ASK_TRIPLETS gives for a right class."""

    def cosines(w):
        return _both(lambda x: x @ w, anchor, positive, negative)

    def gap(w):
        first, second = cosines(w)
        return (first - 2 * second).sum()

    weights = jnp.asarray(weights)
    return {
        "cosines": [np.asarray(c) for c in cosines(weights)],
        "parameters": weights.size,
        "slope": np.asarray(jax.grad(gap)(weights)),
        "after a step of the encoder": [np.asarray(c) for c in cosines(weights[::-1])],
    }


def count_parameters(vocabulary_size, embedding_dim, hidden_dim, layers):
    first = 4 * hidden_dim * (embedding_dim + hidden_dim + 1)
    return (
        vocabulary_size * embedding_dim
        + first
        + (layers - 1) * 4 * hidden_dim * (2 * hidden_dim + 1)
    )


_rng = np.random.default_rng(1)


def _normal(*shape):
    return _rng.normal(size=shape).round(2)


_ARRAYS = (
    (np.array([[3.0, 4.0], [-6.0, 8.0], [1.0, 1.0]]),),
    (np.vstack([_normal(2, 4), np.zeros((1, 4))]),),
    (_normal(2, 3, 2),),
    (np.array([2.0, -1.0, 2.0]),),
)
_TOKENS = np.array([[3, 5, 2, 0], [4, 1, 0, 0], [2, 2, 6, 1]])
_POOLED = (
    (_normal(3, 4, 2), _TOKENS, np.array([9.0, 1.0, 0.5, 2.0, 3.0, 0.2, 1.5])),
    (_normal(2, 3, 3), np.array([[1, 2, 3], [3, 3, 1]]), np.array([1.0, 2.0, 0.5, 0.1])),
    (
        _normal(3, 4, 2),
        np.array([[1, 0, 0, 0], [0, 0, 0, 0], [2, 3, 0, 0]]),
        np.array([5.0, 2.0, 0.0, 0.0]),
    ),
)
_ENCODED = tuple(
    (tokens, _normal(7, 3), _normal(3, 4), _normal(4))
    for tokens in (
        _TOKENS,
        np.array([[1, 2, 3, 4], [6, 5, 4, 3]]),
        np.array([[1, 0, 0, 0, 0, 0], [5, 6, 0, 0, 0, 0]]),
    )
)
_TRIPLETS = tuple((_normal(3, 4), _normal(b, 3), _normal(b, 3), _normal(b, 3)) for b in (4, 2))
_SIZES = ((10, 3, 2, 1), (1000, 16, 8, 2), (50, 4, 7, 3))

_NORMALISE_MISTAKES = (
    Mistake(lambda x: x / jnp.sqrt((x * x).sum()), "this is the length of all of x together: give the last axis."),
    Mistake(lambda x: x / jnp.sqrt(jnp.maximum((x * x).sum(0, keepdims=True), 1e-9)), "the lengths run along the first axis; take the last one."),
    Mistake(lambda x: x / jnp.where((s := (x * x).sum(-1, keepdims=True)) > 0, s, 1), "you divided by the squared length; take its root."),
    Mistake(lambda x: x / jnp.where((s := jnp.abs(x).sum(-1, keepdims=True)) > 0, s, 1), "this divides by the sum of sizes; the length is the root of the sum of squares."),
    Mistake(lambda x: x / jnp.where((s := jnp.abs(x).max(-1, keepdims=True)) > 0, s, 1), "this divides by the largest entry, not by the length."),
    Mistake(lambda x: normalise(x) + jnp.where((x != 0).any(-1, keepdims=True), 0, jnp.nan), "a row of zeros becomes NaN; it should stay zeros."),
    Mistake(lambda x: x / (jnp.sqrt(jnp.maximum((x * x).sum(-1, keepdims=True), 1e-20)) + 0.1), "something is added to the length, so no row has length 1."),
    Mistake(lambda x: x / jnp.sqrt(jnp.maximum((x * x).mean(-1, keepdims=True), 1e-20)), "take the sum of the squares, not their mean."),
    Mistake(lambda x: normalise(x - x.mean(-1, keepdims=True)), "the mean is taken off first; only the length changes."),
    Mistake(lambda x: jnp.sqrt((x * x).sum(-1)), "these are the lengths; divide x by them."),
    Mistake({"slope is finite": False}, "the slope of a root at 0 is infinite, and a where after it does not help: make the number under the root safe first."),
)  # fmt: skip


def _pooled_by(weights_of):
    def wrong(states, tokens, weight):
        w = weights_of(weight, tokens)
        total = w.sum(1, keepdims=True)
        return (states * w[..., None]).sum(1) / np.where(total > 0, total, 1)

    return wrong


def _real(tokens):
    return (tokens != 0).astype(float)


_POOL_MISTAKES = (
    Mistake(_pooled_by(lambda w, t: w[t]), "padding took part: token 0 is no word, whatever its weight."),
    Mistake(_pooled_by(lambda w, t: _real(t)), "the weights are not used."),
    Mistake(_pooled_by(lambda w, t: np.ones(t.shape)), "this is the plain mean over all positions: weights and padding are missing."),
    Mistake(lambda s, t, w: pool(s, t, w) * (w[t] * _real(t)).sum(1, keepdims=True) / np.maximum(_real(t).sum(1, keepdims=True), 1), "divide by the sum of the weights, not by the number of words."),
    Mistake(lambda s, t, w: pool(s, t, w) * (w[t] * _real(t)).sum(1, keepdims=True) / t.shape[1], "you divided by all positions, padding included; divide by the sum of the weights."),
    Mistake(lambda s, t, w: (s * (w[t] * _real(t))[..., None]).sum(1), "this is the sum; divide it by the sum of the weights."),
    Mistake(_pooled_by(lambda w, t: np.resize(w, t.shape[1]) * _real(t)), "weights were taken by position; a word's weight is weight[token]."),
    Mistake(_pooled_by(lambda w, t: (w[t] * _real(t)) ** 2), "the weights came in twice (squared)."),
    Mistake(lambda s, t, w: np.where(_real(t).any(1)[:, None] & ((w[t] * _real(t)).sum(1, keepdims=True) > 0), pool(s, t, w), np.nan), "0 divided by 0 gives NaN: such a question gives zeros."),
    Mistake(lambda s, t, w: np.where(t[..., None] != 0, s * w[t][..., None], -np.inf).max(1), "this is the largest state, not the mean."),
    Mistake(lambda s, t, w: s[:, -1], "this is the last position alone, often padding."),
    Mistake(lambda s, t, w: pool(s, t, w).mean(0), "keep one vector a question; the mean goes over the words."),
)  # fmt: skip


def _made(head):
    return _encoder(lambda m, t: head(_mean(_states(m, t), t)))


def _from(states_of):
    return _encoder(lambda m, t: normalise(_mean(states_of(m, t), t)))


_ENCODER_MISTAKES = (
    Mistake(_made(lambda x: x), "the last step is missing: scale each row to length 1."),
    Mistake(_made(lambda x: x / jnp.sqrt((x * x).sum())), "the whole batch has length 1 here; each row should (mind the axis)."),
    Mistake(_made(lambda x: x / jnp.sqrt((x * x).sum(0))), "the lengths run down the batch: a question's embedding must not hang on its neighbours."),
    Mistake(_encoder(lambda m, t: normalise(_states(m, t).mean(1))), "padding took part in the mean."),
    Mistake(_encoder(lambda m, t: normalise(jnp.tanh(m.hidden(jnp.where((t != 0)[..., None], m.embedding(t), 0))).mean(1))), "padding still takes part: after the dense layer its states are not 0. Mask the states."),
    Mistake(_from(lambda m, t: m.hidden(m.embedding(t))), "tanh is missing."),
    Mistake(_from(lambda m, t: nnx.relu(m.hidden(m.embedding(t)))), "this is a ReLU; the text asks for tanh."),
    Mistake(_encoder(lambda m, t: normalise(jnp.tanh(_mean(m.hidden(m.embedding(t)), t)))), "tanh comes before the mean."),
    Mistake(_from(lambda m, t: m.embedding(t)), "the dense layer is missing."),
    Mistake(_encoder(lambda m, t: normalise(jnp.where((t != 0)[..., None], _states(m, t), -9).max(1))), "this takes the largest state; take the mean."),
    Mistake(_encoder(lambda m, t: normalise(_states(m, t)[:, 0])), "only the first word is read."),
    Mistake(_from(lambda m, t: normalise(_states(m, t))), "scale once, after the mean, not every state."),
    Mistake(_encoder(lambda m, t: jnp.ones((len(t), m.hidden.kernel.shape[1])) / jnp.sqrt(m.hidden.kernel.shape[1])), "every question gets the same vector: the encoder has collapsed."),
)  # fmt: skip


class _Three(nnx.Module):
    """Copies: equal at the start, and their own weights from then on."""

    def __init__(self, encoder):
        self.a, self.b, self.c = encoder, nnx.clone(encoder), nnx.clone(encoder)

    def __call__(self, anchor, positive, negative):
        return _cosine(self.a(anchor), self.b(positive)), _cosine(self.a(anchor), self.c(negative))


class _Two(nnx.Module):
    def __init__(self, encoder):
        self.a, self.b = encoder, nnx.clone(encoder)

    def __call__(self, anchor, positive, negative):
        return _cosine(self.a(anchor), self.b(positive)), _cosine(self.a(anchor), self.b(negative))


_stop = jax.lax.stop_gradient
_TRIPLET_MISTAKES = (
    Mistake(Only(("parameters",), _Two), "there are two sets of weights: a copied encoder goes its own way after one step. Use the same one."),
    Mistake(Only(("parameters",), _Three), "there are three sets of weights: use the one encoder for all three inputs."),
    Mistake(_triplets(_both, keep=nnx.clone), "this encoder is a copy of the one given, which no longer trains with it."),
    Mistake(_triplets(lambda e, a, p, n: (_cosine(e(a), _stop(e(p))), _cosine(e(a), _stop(e(n))))), "no gradient comes back through positive and negative."),
    Mistake(_triplets(lambda e, a, p, n: (_cosine(_stop(e(a)), e(p)), _cosine(_stop(e(a)), e(n)))), "no gradient comes back through the anchor."),
    Mistake(_triplets(lambda e, a, p, n: ((e(a) * e(p)).sum(-1), (e(a) * e(n)).sum(-1))), "these are dot products: scale the embeddings to length 1."),
    Mistake(_triplets(lambda e, a, p, n: tuple(1 - c for c in _both(e, a, p, n))), "these are distances, 1 minus the cosine."),
    Mistake(_triplets(lambda e, a, p, n: _both(e, a, n, p)), "positive and negative are swapped."),
    Mistake(_triplets(lambda e, a, p, n: (_cosine(e(a), e(p)), _cosine(e(p), e(n)))), "the negative was compared with the positive; compare it with the anchor."),
    Mistake(_triplets(lambda e, a, p, n: tuple((w(e(a)) * w(e(x))).sum(-1) for x in (p, n) for w in [lambda v: v / jnp.sqrt((v * v).sum())])), "the whole batch has length 1 here; each row should (mind the axis)."),
    Mistake(_triplets(lambda e, a, p, n: tuple(c.mean() for c in _both(e, a, p, n))), "keep one cosine a row."),
    Mistake(_triplets(lambda e, a, p, n: (jnp.ones(len(a)), jnp.ones(len(a)))), "the cosine is 1 whatever comes in: this looks like a collapsed encoder."),
    Mistake(_triplets(lambda e, a, p, n: _both(lambda x: x, a, p, n)), "the encoder is not used: these are cosines of the inputs."),
)  # fmt: skip


def _counted(lstm, extra=lambda v, e, h, n: v * e, towers=1):
    return lambda v, e, h, n: (
        towers * (extra(v, e, h, n) + sum(lstm(e if k == 0 else h, h, e) for k in range(n)))
    )


_COUNT_MISTAKES = (
    Mistake(_counted(lambda i, h, e: 4 * h * (i + h)), "the biases are missing: one for each gate and unit."),
    Mistake(_counted(lambda i, h, e: 3 * h * (i + h + 1)), "an LSTM has four gates (three gates and the cell's proposal), all with weights."),
    Mistake(_counted(lambda i, h, e: 4 * h * (e + h + 1)), "from the second layer on the input is the layer below, hidden_dim numbers."),
    Mistake(_counted(lambda i, h, e: 4 * h * (i + h + 1), towers=2), "both inputs pass through one set of weights: count it once."),
    Mistake(_counted(lambda i, h, e: 4 * h * (i + h + 1), lambda v, e, h, n: 0), "the embedding is missing."),
    Mistake(_counted(lambda i, h, e: h * (i + h + 1)), "each layer has four such blocks, one a gate."),
    Mistake(lambda v, e, h, n: count_parameters(v, e, h, 1), "only the first layer is counted."),
    Mistake(_counted(lambda i, h, e: 4 * h * (i + 1)), "each gate reads the state of the step before too: hidden_dim more inputs."),
    Mistake(_counted(lambda i, h, e: 4 * h * (i + h + 2)), "one bias a gate and unit, not two."),
    Mistake(_counted(lambda i, h, e: 4 * h * (i + h + 1), lambda v, e, h, n: (v + 1) * e), "an embedding has one row a word, padding included, and no bias."),
    Mistake(lambda v, e, h, n: count_parameters(v, h, e, n), "embedding_dim and hidden_dim are swapped."),
)  # fmt: skip

EXERCISES = {
    "lab1.1": Instant("normalise", normalise, _ARRAYS, _NORMALISE_MISTAKES,
                      "case 1 starts with the row (3, 4), whose length is 5.", ASK_NORMALISE),
    "lab1.2": Instant("pooling", pool, _POOLED, _POOL_MISTAKES,
                      "take the first question of case 1: which words are real, and what do they weigh?"),
    "lab1.3": Instant("encoder", encoder, _ENCODED, _ENCODER_MISTAKES,
                      "print each step for one short question: embedding, dense, tanh, mean, length.", ASK_ENCODER),
    "lab1.4": Instant("one encoder, three inputs", triplets, _TRIPLETS, _TRIPLET_MISTAKES,
                      "the class keeps the encoder it is given and calls it three times.", ASK_TRIPLETS),
    "lab1.5": Instant("count the parameters", count_parameters, _SIZES, _COUNT_MISTAKES,
                      "write the shapes of one gate's weights down for case 1, then multiply."),
}  # fmt: skip
