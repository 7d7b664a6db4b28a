"""Lab 1, creating a Siamese model: who is accepted, who is not, and with which hint."""

import lab_help
import pytest

NORMALISE = """
def normalise(x):
    squared = jnp.sum(x**2, axis=-1, keepdims=True)
    safe = jnp.where(squared == 0, 1.0, squared)
    return x / jnp.sqrt(safe)
"""
POOL = """
def pool(states, tokens, weight):
    result = []
    for row, words in zip(states, tokens):
        total, weights = np.zeros(states.shape[-1]), 0.0
        for t, word in enumerate(words):
            if word != 0:
                total += weight[word] * row[t]
                weights += weight[word]
        result.append(total / weights if weights > 0 else 0 * total)
    return np.array(result)
"""
ENCODER = """
class Encoder(nnx.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_dim, *, rngs):
        self.embedding = nnx.Embed(vocabulary_size, embedding_dim, rngs=rngs)
        self.hidden = nnx.Linear(embedding_dim, hidden_dim, rngs=rngs)

    def __call__(self, tokens):
        real = (tokens != 0)[..., None]
        words = self.embedding(tokens)
        states = jnp.tanh(self.hidden(words))
        mean = (states * real).sum(1) / real.sum(1)
        return mean / jnp.sqrt((mean * mean).sum(-1, keepdims=True))
"""
TRIPLETS = """
class Triplets(nnx.Module):
    def __init__(self, encoder):
        self.encoder = encoder

    def __call__(self, anchor, positive, negative):
        def unit(x):
            return x / jnp.sqrt((x * x).sum(-1, keepdims=True))

        a = unit(self.encoder(anchor))
        p = unit(self.encoder(positive))
        n = unit(self.encoder(negative))
        return (a * p).sum(-1), (a * n).sum(-1)
"""
COUNT = """
def count_parameters(vocabulary_size, embedding_dim, hidden_dim, layers):
    total = vocabulary_size * embedding_dim
    inputs = embedding_dim
    for _ in range(layers):
        total += 4 * (inputs * hidden_dim + hidden_dim * hidden_dim + hidden_dim)
        inputs = hidden_dim
    return total
"""

TABLE = {
    "1.1": (
        [
            NORMALISE,
            """
def normalise(x):
    rows = jnp.asarray(x).reshape(-1, x.shape[-1])
    scaled = []
    for row in rows:
        length = jnp.sqrt(jnp.maximum(row @ row, 1e-24))
        scaled.append(row / length)
    return jnp.stack(scaled).reshape(x.shape)
""",
            """
def normalise(x):
    def one(v):
        is_zero = jnp.all(v == 0)
        return v / jnp.linalg.norm(jnp.where(is_zero, 1.0, v))
    for _ in range(jnp.ndim(x) - 1):
        one = jax.vmap(one)
    return one(jnp.asarray(x))
""",
        ],
        [
            (", axis=-1, keepdims=True", "", "all of x together"),
            ("axis=-1, keepdims=True", "axis=0, keepdims=True", "first axis"),
            ("jnp.sqrt(safe)", "safe", "squared length"),
            ("    return x / jnp.sqrt(safe)", "    s = jnp.abs(x).sum(-1, keepdims=True)\n    return x / jnp.where(s == 0, 1, s)", "sum of sizes"),
            ("    return x / jnp.sqrt(safe)", "    s = jnp.abs(x).max(-1, keepdims=True)\n    return x / jnp.where(s == 0, 1, s)", "largest entry"),
            ("jnp.sqrt(safe)", "jnp.sqrt(squared)", "zeros"),
            ("jnp.sqrt(safe)", "(jnp.sqrt(safe) + 0.1)", "added to the length"),
            ("jnp.sum(x**2", "jnp.mean(x**2", "not their mean"),
            ("    squared", "    x = x - x.mean(-1, keepdims=True)\n    squared", "mean is taken off"),
            ("return x / jnp.sqrt(safe)", "return jnp.sqrt(squared)[..., 0]", "these are the lengths"),
            ("x / jnp.sqrt(safe)", "jnp.where(squared == 0, 0, x / jnp.sqrt(squared))", "under the root safe"),
            (None, "def normalise(x):\n    return x / np.linalg.norm(x, axis=-1, keepdims=True).clip(1e-9)", "jnp in place of np"),
            (None, "def normalise(x):\n    return jnp.array([[0.6, 0.8], [-0.6, 0.8], [0.70710678, 0.70710678]])", "shape"),
        ],
    ),
    "1.2": (
        [
            POOL,
            """
def pool(states, tokens, weight):
    masked = np.append(0, weight[1:])[tokens]
    total = masked.sum(-1)
    share = np.divide(masked, total[:, None], out=np.zeros_like(masked), where=total[:, None] > 0)
    return np.einsum("bt,btd->bd", share, states)
""",
            """
def pool(states, tokens, weight):
    def one(h, k):
        w = jnp.where(k == 0, 0, jnp.asarray(weight)[k])
        return w @ h / jnp.where(w.sum() > 0, w.sum(), 1)
    return jax.vmap(one)(jnp.asarray(states), jnp.asarray(tokens))
""",
        ],
        [
            ("if word != 0", "if True", "padding took part"),
            ("weight[word]", "1.0", "weights are not used"),
            (None, "def pool(states, tokens, weight):\n    return states.mean(1)", "plain mean"),
            ("weights += weight[word]", "weights += 1", "number of words"),
            ("total / weights if", "total / len(words) if", "padding included"),
            ("total / weights if", "total if", "this is the sum"),
            ("weight[word]", "weight[t]", "by position"),
            ("weight[word]", "weight[word] ** 2", "squared"),
            ("total / weights if weights > 0 else 0 * total", "total / np.float64(weights)", "NaN"),
            (None, "def pool(states, tokens, weight):\n    return states[:, -1]", "last position"),
            ("total / weights if weights > 0 else 0 * total", "total / max(weights, 1)", "less than 1"),
            ("return np.array(result)", "return np.array(result).mean(0)", "one vector a question"),
            (None, "def pool(states, tokens, weight):\n    s = states * weight[tokens][..., None]\n    return np.where(tokens[..., None] != 0, s, -np.inf).max(1)", "largest state"),
        ],
    ),
    "1.3": (
        [
            ENCODER,
            ENCODER.replace("mean = (states * real).sum(1) / real.sum(1)", "mean = jnp.where(real, states, 0).sum(1)"),
            """
class Encoder(nnx.Module):
    def __init__(self, vocabulary_size, embedding_dim, hidden_dim, *, rngs):
        self.embedding = nnx.Embed(num_embeddings=vocabulary_size, features=embedding_dim, rngs=rngs)
        self.hidden = nnx.Linear(embedding_dim, hidden_dim, rngs=rngs)

    def __call__(self, tokens):
        kernel, bias = self.hidden.kernel[...], self.hidden.bias[...]
        table = jnp.tanh(self.embedding.embedding[...] @ kernel + bias).at[0].set(0)
        total = jax.vmap(lambda words: table[words].sum(0))(jnp.asarray(tokens))
        return normalise(total)
""",
        ],
        [
            ("mean / jnp.sqrt((mean * mean).sum(-1, keepdims=True))", "mean", "last step"),
            (".sum(-1, keepdims=True))", ".sum())", "whole batch"),
            (".sum(-1, keepdims=True))", ".sum(0))", "down the batch"),
            ("(states * real).sum(1) / real.sum(1)", "states.mean(1)", "padding took part"),
            ("words = self.embedding(tokens)", "words = self.embedding(tokens) * real; real = jnp.ones_like(real)", "padding still takes part"),
            ("jnp.tanh(self.hidden(words))", "self.hidden(words)", "tanh is missing"),
            ("jnp.tanh(self.hidden(words))", "nnx.relu(self.hidden(words))", "ReLU"),
            ("states = jnp.tanh(self.hidden(words))", "states = self.hidden(words)", "tanh is missing"),
            ("jnp.tanh(self.hidden(words))", "self.hidden(jnp.tanh(words))", "not before it"),
            (None, ENCODER.replace("jnp.tanh(self.hidden(words))", "words").replace(".sum(1) / real.sum(1)", ".sum(1) / real.sum(1)\n        mean = jnp.tanh(self.hidden(mean))"), "tanh comes before the mean"),
            ("jnp.tanh(self.hidden(words))", "words", "dense layer is missing"),
            ("(states * real).sum(1) / real.sum(1)", "jnp.where(real, states, -9).max(1)", "largest state"),
            ("(states * real).sum(1) / real.sum(1)", "states[:, 0]", "first word"),
            ("        mean = (states", "        states = normalise(states)\n        mean = (states", "scale once"),
            ("mean = (states * real).sum(1) / real.sum(1)", "mean = jnp.ones_like(states[:, 0])", "collapsed"),
            ("self.hidden = nnx", "self.dense = nnx", "raised AttributeError"),
        ],
    ),
    "1.4": (
        [
            TRIPLETS,
            """
class Triplets(nnx.Module):
    def __init__(self, encoder):
        self.net = encoder

    def __call__(self, *inputs):
        b = len(inputs[0])
        h = normalise(self.net(jnp.concatenate(inputs)))
        return jnp.einsum("bd,bd->b", h[:b], h[b:2 * b]), jnp.einsum("bd,bd->b", h[:b], h[2 * b:])
""",
            """
class Triplets(nnx.Module):
    def __init__(self, encoder):
        self.shared = encoder

    def __call__(self, anchor, positive, negative):
        def cosine(x, y):
            return x @ y / (jnp.linalg.norm(x) * jnp.linalg.norm(y))
        a, p, n = self.shared(anchor), self.shared(positive), self.shared(negative)
        return jax.vmap(cosine)(a, p), jax.vmap(cosine)(a, n)
""",
        ],
        [
            (None, TRIPLETS.replace("= encoder", "= encoder\n        self.other = nnx.clone(encoder)").replace("p = unit(self.encoder", "p = unit(self.other").replace("n = unit(self.encoder", "n = unit(self.other"), "two sets of weights"),
            (None, TRIPLETS.replace("= encoder", "= encoder\n        self.b, self.c = nnx.clone(encoder), nnx.clone(encoder)").replace("p = unit(self.encoder", "p = unit(self.b").replace("n = unit(self.encoder", "n = unit(self.c"), "three sets"),
            ("= encoder", "= nnx.clone(encoder)", "copy of the one given"),
            (None, TRIPLETS.replace("p = unit(self.encoder(positive))", "p = jax.lax.stop_gradient(unit(self.encoder(positive)))").replace("n = unit(self.encoder(negative))", "n = jax.lax.stop_gradient(unit(self.encoder(negative)))"), "through positive and negative"),
            ("a = unit(self.encoder(anchor))", "a = jax.lax.stop_gradient(unit(self.encoder(anchor)))", "through the anchor"),
            ("x / jnp.sqrt((x * x).sum(-1, keepdims=True))", "x", "dot products"),
            (None, TRIPLETS.replace("unit(self.encoder(anchor))", "self.encoder(unit(anchor))").replace("unit(self.encoder(positive))", "self.encoder(unit(positive))").replace("unit(self.encoder(negative))", "self.encoder(unit(negative))"), "what the encoder makes"),
            ("return (a * p).sum(-1), (a * n).sum(-1)", "return 1 - (a * p).sum(-1), 1 - (a * n).sum(-1)", "distances"),
            ("return (a * p).sum(-1), (a * n).sum(-1)", "return (a * n).sum(-1), (a * p).sum(-1)", "swapped"),
            ("(a * n).sum(-1)", "(p * n).sum(-1)", "with the positive"),
            (".sum(-1, keepdims=True)", ".sum()", "whole batch"),
            ("return (a * p).sum(-1), (a * n).sum(-1)", "return (a * p).sum(-1).mean(), (a * n).sum(-1).mean()", "one cosine a row"),
            ("return (a * p).sum(-1), (a * n).sum(-1)", "return jnp.ones(len(a)), jnp.ones(len(a))", "collapsed"),
            (None, TRIPLETS.replace("self.encoder(anchor)", "anchor").replace("self.encoder(positive)", "positive").replace("self.encoder(negative)", "negative"), "encoder is not used"),
        ],
    ),
    "1.5": (
        [
            COUNT,
            """
def count_parameters(vocabulary_size, embedding_dim, hidden_dim, layers):
    v, e, h, n = vocabulary_size, embedding_dim, hidden_dim, layers
    return v * e + 4 * h * (e - h + n * (2 * h + 1))
""",
            """
def count_parameters(vocabulary_size, embedding_dim, hidden_dim, layers):
    shapes = [(vocabulary_size, embedding_dim)]
    for k in range(layers):
        ins = embedding_dim if k == 0 else hidden_dim
        shapes += 4 * [(ins, hidden_dim), (hidden_dim, hidden_dim), (hidden_dim, 1)]
    return int(np.prod(shapes, axis=1).sum())
""",
        ],
        [
            (" + hidden_dim)", ")", "biases"),
            ("4 * (", "3 * (", "four gates"),
            ("        inputs = hidden_dim\n", "", "layer below"),
            ("return total", "return 2 * total", "count it once"),
            ("total = vocabulary_size * embedding_dim", "total = 0", "embedding is missing"),
            ("4 * (", "1 * (", "four such blocks"),
            ("range(layers)", "range(1)", "only the first layer"),
            ("range(layers)", "range(1, layers)", "a layer is missing"),
            ("4 * (inputs * hidden_dim + hidden_dim * hidden_dim + hidden_dim)", "4 * inputs * hidden_dim + hidden_dim * hidden_dim + hidden_dim", "put them in brackets"),
            (" + hidden_dim * hidden_dim", "", "step before"),
            (" + hidden_dim)", " + 2 * hidden_dim)", "not two"),
            ("total = vocabulary_size * ", "total = (vocabulary_size + 1) * ", "padding included"),
            ("def count_parameters(vocabulary_size, embedding_dim, hidden_dim", "def count_parameters(vocabulary_size, hidden_dim, embedding_dim", "swapped"),
            (None, "def count_parameters(vocabulary_size, embedding_dim, hidden_dim, layers):\n    return 4768256", "same in every case"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("number", "source"), lab_help.rights(TABLE))
def test_a_right_answer_is_accepted(number, source):
    lab_help.accepted("lab1", number, source)


@pytest.mark.parametrize(("number", "source", "word"), lab_help.wrongs(TABLE))
def test_a_wrong_answer_is_rejected_with_its_hint(number, source, word):
    lab_help.rejected("lab1", number, source, word)
