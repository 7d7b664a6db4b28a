"""Lab 1, creating a Siamese model: right answers and likely mistakes."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from instructor.instant.instant import Instant, Only
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip

ASK_NORMALISE = """\
values = answer(case[0])
def is_finite():
    slope = jax.grad(lambda x: jnp.sin(answer(x)).sum())(jnp.asarray(case[0]))
    return bool(jnp.isfinite(slope).all())
is_array = np.shape(values) == case[0].shape and np.asarray(values).dtype.kind == "f"
None if values is None else {"your answer": values, **({"slope is finite": is_finite()} if is_array else {})}
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
# The same in the learner's folder, where a layer of another name or size is named.
_ASK_ENCODER = """\
tokens, table, kernel, bias = case
model = answer(*table.shape, kernel.shape[1], rngs=nnx.Rngs(0))
first = model(tokens)
def sizes():
    embedding, hidden = getattr(model, "embedding", None), getattr(model, "hidden", None)
    if not isinstance(embedding, nnx.Embed) or not isinstance(hidden, nnx.Linear):
        kinds = ", ".join(f"{name} ({type(part).__name__})" for name, part in vars(model).items()
                          if isinstance(part, nnx.Module))
        raise AttributeError(f"the layers are called embedding (Embed) and hidden (Linear); yours are {kinds or 'none'}")
    parts = {"embedding": embedding.embedding, "hidden.kernel": hidden.kernel, "hidden.bias": hidden.bias}
    return {name: list(part.shape) if part is not None else "no bias" for name, part in parts.items()}
def is_right(found):
    return found == {"embedding": list(table.shape), "hidden.kernel": list(kernel.shape), "hidden.bias": list(bias.shape)}
def outputs():
    model.embedding.embedding[...] = jnp.asarray(table, jnp.float32)
    model.hidden.kernel[...] = jnp.asarray(kernel, jnp.float32)
    model.hidden.bias[...] = jnp.asarray(bias, jnp.float32)
    return model(tokens)
found = None if first is None else sizes()
None if first is None else {
    "weights have the right shape": is_right(found), **(
    {"your answer": outputs(), "shown": outputs()} if is_right(found) else {"shown": found})}
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
# The same, where something else than two arrays is named before anything is done with them.
_ASK_TRIPLETS = ASK_TRIPLETS.replace(
    "None if cosines is None else {",
    """\
is_two = isinstance(cosines, (tuple, list)) and len(cosines) == 2
None if cosines is None else {"cosines": cosines} if not is_two else {"shown": cosines,""",
)


def _squares(x, axis):
    return (x * x).sum(axis=axis, keepdims=axis is not None)


def normalise(x, *, axis=-1, measure=_squares, root=jnp.sqrt, extra=0.0):
    size = measure(x, axis)
    return x / (root(jnp.where(size != 0, size, 1)) + extra)


def _of_words(weight, tokens):
    return np.asarray(weight)[tokens] * (tokens != 0)


def _their_sum(w, tokens, weight):
    return w.sum(axis=1, keepdims=True)


def pool(states, tokens, weight, *, weighing=_of_words, over=_their_sum):
    w = weighing(weight, tokens)
    total = over(w, tokens, weight)
    return (states * w[..., None]).sum(axis=1) / np.where(total > 0, total, 1)


class _Encoder(nnx.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_dim, forward, rngs):
        self.embedding = nnx.Embed(vocabulary_size, embedding_dim, rngs=rngs)
        self.hidden = nnx.Linear(embedding_dim, hidden_dim, rngs=rngs)
        self.forward = forward

    def __call__(self, tokens):
        return self.forward(self, tokens)


def _real(tokens):
    return (tokens != 0)[..., None]


def _mean(x, tokens):
    real = _real(tokens)
    return jnp.where(real, x, 0).sum(1) / real.sum(1)


def encoder(
    vocabulary_size, embedding_dim, hidden_dim, *, rngs,
    look=lambda words, tokens: words, dense=True, bend=jnp.tanh, late=False, each=lambda h: h,
    pooled=_mean, head=normalise,
):  # fmt: skip
    """look: at the words; bend: what follows the dense layer, of the mean where it is late."""

    def forward(model, tokens):
        h = look(model.embedding(tokens), tokens)
        h = model.hidden(h) if dense else h
        h = pooled(each(h if late else bend(h)), tokens)
        return head(bend(h) if late else h)

    return _Encoder(vocabulary_size, embedding_dim, hidden_dim, forward, rngs)


def encode(tokens, table, kernel, bias):
    """What the encoder gives with these weights, [b, hidden_dim]."""
    states = np.tanh(table[tokens] @ kernel + bias)
    return np.asarray(normalise(_mean(states, tokens)))


class _Triplets(nnx.Module):
    def __init__(self, encoder, forward):
        self.encoder, self.forward = encoder, forward

    def __call__(self, anchor, positive, negative):
        return self.forward(self.encoder, anchor, positive, negative)


def _unit_dot(a, b):
    return (normalise(a) * normalise(b)).sum(-1)


def _as_it_is(x):
    return x


def triplets(
    encoder, *, keep=_as_it_is, read=lambda encoder, x: encoder(x), cosine=_unit_dot,
    of_anchor=_as_it_is, of_others=_as_it_is, couples=lambda a, p, n: ((a, p), (a, n)),
    result=_as_it_is,
):  # fmt: skip
    def forward(f, anchor, positive, negative):
        a = of_anchor(read(f, anchor))
        p, n = (of_others(read(f, x)) for x in (positive, negative))
        return result(tuple(cosine(x, y) for x, y in couples(a, p, n)))

    return _Triplets(keep(encoder), forward)


def triplet_facts(weights, anchor, positive, negative):
    """What ASK_TRIPLETS gives for a right class."""

    def cosines(w):
        a, p, n = (normalise(x @ w) for x in (anchor, positive, negative))
        return (a * p).sum(-1), (a * n).sum(-1)

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


def count_parameters(
    vocabulary_size, embedding_dim, hidden_dim, layers, *,
    gates=4, recurrent=True, biases=1, below=True, embedding=lambda v, e: v * e, towers=1,
):  # fmt: skip
    """biases: of each gate and unit; below: whether a layer reads the one below it."""
    h, total = hidden_dim, embedding(vocabulary_size, embedding_dim)
    for k in range(layers):
        inputs = hidden_dim if k and below else embedding_dim
        total += gates * h * (inputs + h * recurrent + biases)
    return towers * total


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

_ALL = "this is the length of all of x together: give the last axis."
_NORMALISE_MISTAKES = (
    Mistake(slip(normalise, axis=None), _ALL),
    Mistake(slip(normalise, axis=0), "the lengths run along the first axis; take the last one."),
    Mistake(slip(normalise, axis=1), "axis 1 is the last one of a matrix only; -1 is the last of any array."),
    Mistake(slip(normalise, root=lambda s: s), "you divided by the squared length; take its root."),
    Mistake(slip(normalise, measure=lambda x, axis: jnp.square(jnp.abs(x).sum(axis, keepdims=axis is not None))),
            "this divides by the sum of sizes; the length is the root of the sum of squares."),
    Mistake(slip(normalise, measure=lambda x, axis: jnp.square(x.sum(axis, keepdims=axis is not None)) * jnp.where(x.sum(axis, keepdims=axis is not None) < 0, -1, 1),
                 root=lambda s: jnp.sign(s) * jnp.sqrt(jnp.abs(s))),
            "this divides by the sum of the entries; the length is the root of the sum of squares."),
    Mistake(slip(normalise, measure=lambda x, axis: jnp.square(jnp.abs(x).max(axis, keepdims=axis is not None))),
            "this divides by the largest entry, not by the length."),
    Mistake(lambda x: normalise(x) + jnp.where((x != 0).any(-1, keepdims=True), 0, jnp.nan), "a row of zeros becomes NaN; it should stay zeros."),
    Mistake(slip(normalise, extra=0.1), "something is added to the length, so no row has length 1."),
    Mistake(slip(normalise, measure=lambda x, axis: (x * x).mean(axis, keepdims=axis is not None)), "take the sum of the squares, not their mean."),
    Mistake(slip(normalise, given=lambda x: (x - x.mean(-1, keepdims=True),)), "the mean is taken off first; only the length changes."),
    Mistake(lambda x: jnp.sqrt((x * x).sum(-1)), "these are the lengths; divide x by them."),
    Mistake(lambda x: jnp.sqrt((x * x).sum(-1, keepdims=True)), "these are the lengths; divide x by them."),
    Mistake(slip(normalise, given=lambda x: (x * x,)), "the entries were squared too: only the length has squares, x above the line stays as it is."),
    Mistake({"slope is finite": False}, "the slope of a root at 0 is infinite, and a where after it does not help: make the number under the root safe first."),
)  # fmt: skip


def _ones(w, tokens, weight):
    return np.ones((len(tokens), 1))


def _words(w, tokens, weight):
    return (tokens != 0).sum(1, keepdims=True)


_POOL_MISTAKES = (
    Mistake(slip(pool, weighing=lambda w, t: w[t]), "padding took part: token 0 is no word, whatever its weight."),
    Mistake(slip(pool, weighing=lambda w, t: (t != 0).astype(float)), "the weights are not used."),
    Mistake(slip(pool, weighing=lambda w, t: np.ones(t.shape)), "this is the plain mean over all positions: weights and padding are missing."),
    Mistake(slip(pool, over=_words), "divide by the sum of the weights, not by the number of words."),
    Mistake(slip(pool, over=lambda w, t, weight: np.full((len(t), 1), t.shape[1])), "you divided by the number of positions, padding included; divide by the sum of the weights."),
    Mistake(slip(pool, over=lambda w, t, weight: np.asarray(weight)[t].sum(1, keepdims=True)), "below the line padding still has its weight; it counts nothing there either."),
    Mistake(slip(pool, over=lambda w, t, weight: np.full((len(t), 1), weight.sum())), "you divided by the weights of the whole vocabulary; take those of the question's words."),
    Mistake(slip(pool, over=_ones), "this is the sum; divide it by the sum of the weights."),
    Mistake(slip(pool, weighing=lambda w, t: np.resize(w, t.shape[1]) * (t != 0)), "weights were taken by position; a word's weight is weight[token]."),
    Mistake(slip(pool, weighing=lambda w, t: _of_words(w, t) ** 2), "the weights came in twice (squared)."),
    Mistake(slip(pool, weighing=lambda w, t: t.astype(float)), "you weighted with the numbers of the tokens; a word's weight is weight[token]."),
    Mistake(lambda s, t, w: np.where(_of_words(w, t).sum(1, keepdims=True) > 0, pool(s, t, w), np.nan), "0 divided by 0 gives NaN: such a question gives zeros."),
    Mistake(lambda s, t, w: np.where(t[..., None] != 0, s * w[t][..., None], -np.inf).max(1), "this is the largest state, not the mean."),
    Mistake(lambda s, t, w: s[:, -1], "this is the last position alone, often padding."),
    Mistake(slip(pool, gives=lambda out: out.mean(0)), "keep one vector a question; the mean goes over the words."),
)  # fmt: skip


def _over_batch(x):
    return x / jnp.sqrt((x * x).sum())


def _raw_mean(h, tokens):
    return h.mean(1)


_ENCODER_MISTAKES = tuple(
    Mistake(Only(("your answer",), slip(encoder, **switches)), hint)
    for switches, hint in (
        ({"head": _as_it_is}, "the last step is missing: scale each row to length 1."),
        ({"head": _over_batch}, "the whole batch has length 1 here; each row should (mind the axis)."),
        ({"head": lambda x: x / jnp.sqrt((x * x).sum(0))}, "the lengths run down the batch: a question's embedding must not depend on its neighbours."),
        ({"pooled": _raw_mean}, "padding took part in the mean."),
        ({"look": lambda words, t: jnp.where(_real(t), words, 0), "pooled": _raw_mean},
         "padding still takes part: after the dense layer its states are not 0. Mask the states."),
        ({"bend": _as_it_is}, "tanh is missing."),
        ({"bend": nnx.relu}, "this is a ReLU; the text asks for tanh."),
        ({"bend": nnx.sigmoid}, "this is a sigmoid; the text asks for tanh."),
        ({"late": True}, "tanh comes before the mean."),
        ({"dense": False}, "the dense layer is missing."),
        ({"pooled": lambda h, t: jnp.where(_real(t), h, -9).max(1)}, "this takes the largest state; take the mean."),
        ({"pooled": lambda h, t: h[:, 0]}, "only the first word is read."),
        ({"pooled": lambda h, t: h[:, -1]}, "only the last position is read, often padding."),
        ({"each": normalise}, "scale once, after the mean, not every state."),
        ({"pooled": lambda h, t: jnp.ones_like(h[:, 0])}, "every question gets the same vector: the encoder has collapsed."),
    )
)  # fmt: skip


class _Copies(nnx.Module):
    """Copies: equal at the start, and their own weights from then on. order: whose turn it is."""

    def __init__(self, encoder, order):
        self.one, self.two, self.three = (
            encoder,
            nnx.clone(encoder),
            nnx.clone(encoder) if 2 in order else None,
        )
        self.order = order

    def __call__(self, *inputs):
        copies = (self.one, self.two, self.three)
        a, p, n = (copies[k](x) for k, x in zip(self.order, inputs, strict=True))
        return _unit_dot(a, p), _unit_dot(a, n)


_stop = jax.lax.stop_gradient
_TRIPLET_MISTAKES = (
    Mistake(Only(("parameters",), lambda e: _Copies(e, (0, 1, 1))), "there are two sets of weights: a copied encoder goes its own way after one step. Use the same one."),
    Mistake(Only(("parameters",), lambda e: _Copies(e, (0, 1, 2))), "there are three sets of weights: use the one encoder for all three inputs."),
    Mistake(slip(triplets, couples=lambda a, p, n: ((a, n), (a, p))), "positive and negative are swapped."),
    Mistake(slip(triplets, couples=lambda a, p, n: ((a, p), (p, n))), "the negative was compared with the positive; compare it with the anchor."),
    Mistake(slip(triplets, cosine=lambda a, b: (a * b).sum(-1)), "these are dot products: scale the embeddings to length 1."),
    Mistake(slip(triplets, cosine=lambda a, b: (a * normalise(b)).sum(-1)), "the anchor is not scaled to length 1."),
    Mistake(slip(triplets, cosine=lambda a, b: (normalise(a) * b).sum(-1)), "only the anchor is scaled to length 1; positive and negative are not."),
    Mistake(slip(triplets, cosine=lambda a, b: (_over_batch(a) * _over_batch(b)).sum(-1)), "the whole batch has length 1 here; each row should (mind the axis)."),
    Mistake(slip(triplets, cosine=lambda a, b: -jnp.sqrt(((a - b) ** 2).sum(-1)) * -1), "these are Euclidean distances; the cosines are asked for."),
    Mistake(slip(triplets, result=lambda pair: tuple(1 - c for c in pair)), "these are distances, 1 minus the cosine."),
    Mistake(slip(triplets, result=lambda pair: tuple(c.mean() for c in pair)), "keep one cosine a row."),
    Mistake(slip(triplets, read=lambda e, x: x), "the encoder is not used: these are cosines of the inputs."),
    Mistake(slip(triplets, cosine=lambda a, b: jnp.ones(len(a))), "the cosine is 1 whatever comes in: this looks like a collapsed encoder."),
    Mistake(slip(triplets, keep=nnx.clone), "this encoder is a copy of the one given, which no longer trains with it."),
    Mistake(slip(triplets, of_others=_stop), "no gradient comes back through positive and negative."),
    Mistake(slip(triplets, of_anchor=_stop), "no gradient comes back through the anchor."),
)  # fmt: skip

_COUNT_MISTAKES = tuple(
    Mistake(slip(count_parameters, **switches), hint)
    for switches, hint in (
        ({"biases": 0}, "the biases are missing: one for each gate and unit."),
        ({"gates": 3}, "an LSTM has four gates (three gates and the cell's proposal), all with weights."),
        ({"below": False}, "from the second layer on the input is the layer below, hidden_dim numbers."),
        ({"towers": 2}, "both inputs pass through one set of weights: count it once."),
        ({"embedding": lambda v, e: 0}, "the embedding is missing."),
        ({"gates": 1}, "each layer has four such blocks, one for each gate."),
        ({"given": lambda v, e, h, n: (v, e, h, 1)}, "only the first layer is counted."),
        ({"recurrent": False}, "each gate reads the state of the step before too: hidden_dim more inputs."),
        ({"biases": 2}, "one bias for each gate and unit, not two."),
        ({"embedding": lambda v, e: (v + 1) * e}, "an embedding has one row for each word, padding included, and no bias."),
        ({"embedding": lambda v, e: v}, "each word of the embedding has embedding_dim numbers."),
        ({"given": lambda v, e, h, n: (v, h, e, n)}, "embedding_dim and hidden_dim are swapped."),
    )
) + (
    Mistake(lambda v, e, h, n: v * e + n * 4 * (e * h + h * h + h) if n == 1 else v * e * n + sum(4 * h * ((h if k else e) + h + 1) for k in range(n)),
            "the embedding is counted for every layer; it is there once."),
    Mistake(lambda v, e, h, n: v * e + sum(4 * h * ((h if k else e) + h) + 4 for k in range(n)), "one bias for each gate is too few: each of its units has one."),
    Mistake(lambda v, e, h, n: v * e + sum(4 * h * ((h if k else e) + h) + h for k in range(n)), "each of the four gates has biases of its own."),
)  # fmt: skip

EXERCISES = {
    "lab1.1": Instant(
        "normalise", "normalise", normalise, _ARRAYS, _NORMALISE_MISTAKES,
        "Any vector now has length 1, so a dot product of two is their cosine, and the slope stays finite where training meets a zero.",
        "take the first vector: square its entries, add them up, take the root, and divide by it.", ASK_NORMALISE,
        {2: "a row of zeros stays zeros and has a finite slope: make the number under the root safe before the root is taken."},
    ),
    "lab1.2": Instant(
        "pooling", "pool", pool, _POOLED, _POOL_MISTAKES,
        "However far a question is padded, its vector stays the same, and a rare word says more in it than \"the\".",
        "take the first question: which words are real, and what do they weigh?",
        guards={3: "a question of nothing but padding, or of words that weigh 0, gives zeros: make what stands below the line safe."},
    ),
    "lab1.3": Instant(
        "encoder", "Encoder", encoder, _ENCODED, _ENCODER_MISTAKES,
        "This is a whole encoder: look up, transform, average what is real, scale. Every network of this course has this shape.",
        "print each step for one short question: embedding, dense, tanh, mean, length.", _ASK_ENCODER,
        names=("tokens", "embedding", "hidden.kernel", "hidden.bias"),
    ),
    "lab1.4": Instant(
        "one encoder, three inputs", "Triplets", triplets, _TRIPLETS, _TRIPLET_MISTAKES,
        "Three inputs, one set of weights: a step that moves one branch moves all three. That is what makes a network Siamese.",
        "the class keeps the encoder it is given and calls it three times.", _ASK_TRIPLETS,
        names=("encoder.kernel", "anchor", "positive", "negative"),
    ),
    "lab1.5": Instant(
        "count the parameters", "count_parameters", count_parameters, _SIZES, _COUNT_MISTAKES,
        "However many inputs are compared, the weights are stored once; most of them stand in the embedding.",
        "write the shapes of one gate's weights down, then multiply.",
    ),
}  # fmt: skip
