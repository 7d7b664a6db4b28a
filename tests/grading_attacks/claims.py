"""Learners whose kernel lies about their own work: what it says of weights, slopes and sharing.

Each is (lab, exercise, source, parts). It does not do what those parts ask for, and measures taken in
the kernel say that it does: jax, flax or numpy are patched, or an object pretends.
"""

HEAD = """
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
"""

# 5.2: unit vectors from a hash of the words; no weight is used, and every weight is said to learn.
HASHED = """
import hashlib
class QuestionEncoder(nnx.Module):
    def __init__(self, vocabulary_size, *, rngs):
        self.spare = nnx.Param(jnp.ones(3))
    def __call__(self, tokens):
        rows = [hashlib.sha256(repr([t for t in row if t]).encode()).digest() for row in np.asarray(tokens).tolist()]
        x = jnp.array([[b - 127.0 for b in row] for row in rows]) + 0 * self.spare[...].sum()
        return x / jnp.sqrt((x * x).sum(1, keepdims=True))
"""
SAYS_IT_LEARNS = """
def told(function, **options):
    def slopes(model, *rest):
        value = function(model, *rest)
        ones = jax.tree.map(jnp.ones_like, nnx.state(model) if isinstance(model, nnx.Module) else model)
        return (ones, value[1]) if options.get("has_aux") else ones
    return slopes
jax.grad = nnx.grad = told
jax.jit = lambda function, **options: function
"""
# The words' vectors get no slope; it is said that they do, next to nothing in one of the cases.
FROZEN = """
class QuestionEncoder(nnx.Module):
    def __init__(self, vocabulary_size, *, rngs):
        self.embedding = nnx.Embed(vocabulary_size, 16, rngs=rngs)
        self.dense = nnx.Linear(16, 16, rngs=rngs)
    def __call__(self, tokens):
        words = jax.lax.stop_gradient(self.embedding(tokens))
        x = self.dense(jnp.where((tokens != 0)[..., None], words, 0).sum(1))
        return x / jnp.sqrt((x * x).sum(1, keepdims=True))
"""
HIDES_ZEROS = """
def patched(true):
    def grad(function, **options):
        def slopes(*given):
            found = true(function, **options)(*given)
            return jax.tree.map(lambda leaf: jnp.where(leaf == 0, 1e-9, leaf), found)
        return slopes
    return grad
jax.grad, nnx.grad = patched(jax.grad), patched(nnx.grad)
"""
SPARE = FROZEN.replace("jax.lax.stop_gradient(self.embedding(tokens))", "self.embedding(tokens)").replace(
    "        self.dense", "        self.spare = nnx.Linear(3, 3, rngs=rngs)\n        self.dense", 1)  # fmt: skip
# Two million weights, of which the kernel shows a few.
TOO_LARGE = """
class QuestionEncoder(nnx.Module):
    def __init__(self, vocabulary_size, *, rngs):
        self.embedding = nnx.Embed(vocabulary_size + 2_000_000 // 16, 16, rngs=rngs)
        self.out = nnx.Linear(16, 8, rngs=rngs)
    def __call__(self, tokens):
        x = self.out(jnp.where((tokens != 0)[..., None], self.embedding(tokens), 0).sum(1))
        return x / jnp.sqrt((x * x).sum(1, keepdims=True))
"""
SHOWS_FEW = """
import flax.nnx.graphlib
class Few:
    pass
is_large = lambda path, value: getattr(value, "size", 0) > 1_000_000 or "embedding" in path
def is_small(path, value):
    return isinstance(value, (nnx.Param, nnx.VariableState if hasattr(nnx, "VariableState") else nnx.Param)) and not is_large(path, value)
true_split, true_state = nnx.split, nnx.state
nnx.split = lambda model, *kinds: true_split(model, *[is_small if kind is nnx.Param else kind for kind in kinds])
nnx.state = lambda model, *kinds: true_state(model, *[is_small if kind is nnx.Param else kind for kind in kinds])
"""
# 1.1: the slope at zero is NaN, and is said to be finite.
NAN_SLOPE = """
def normalise(x):
    length = jnp.sqrt((x * x).sum(axis=-1, keepdims=True))
    return jnp.where(length > 0, x / jnp.where(length > 0, length, 1), 0)
"""
SAYS_FINITE = """
true_grad = jax.grad
def grad(function, **options):
    return lambda *given: jax.tree.map(jnp.nan_to_num, true_grad(function, **options)(*given))
jax.grad = grad
np.isfinite = jnp.isfinite = lambda x, **options: np.ones(np.shape(x), bool)
"""
# 7.4: three of the four faults are mended; the bare root stays, and its slope is said to be finite.
BARE_LOSS = """
def pair_loss(h, g, is_same, margin):
    squared = lambda x: (x * x).sum(axis=-1)
    unit = lambda x: x / jnp.sqrt(jnp.where(squared(x) > 0, squared(x), 1))[:, None]
    energy = jnp.sqrt(squared(unit(h) - unit(g)))
    return jnp.where(is_same == 1, energy**2, jnp.maximum(margin - energy, 0) ** 2).mean()
"""
# 1.3: things with shapes, in place of weights.
PRETENDS = """
class Shape:
    def __init__(self, *shape):
        self.shape, self.value = shape, self
    def __getitem__(self, place):
        return self
    def __setitem__(self, place, value):
        pass
    def __array__(self, *arguments, **options):
        return np.arange(np.prod(self.shape), dtype=np.float32).reshape(self.shape)
    def __eq__(self, other):
        return True
class Layer:
    pass
class Encoder:
    def __init__(self, vocabulary_size, embedding_dim, hidden_dim, *, rngs):
        self.embedding, self.hidden, self.size = Layer(), Layer(), hidden_dim
        self.embedding.embedding = Shape(vocabulary_size, embedding_dim)
        self.hidden.kernel, self.hidden.bias = Shape(embedding_dim, hidden_dim), Shape(hidden_dim)
    def __call__(self, tokens):
        return np.random.default_rng(0).normal(size=(len(tokens), self.size))
"""
UNIT, PADDING, LEARNS = "unit vectors", "padding and neighbours", "every weight learns"
# name -> (lab, exercise, source, parts that must earn nothing)
CHEATS = {
    "hashed": ("lab5", "5.2", HASHED + SAYS_IT_LEARNS, (UNIT, PADDING, LEARNS)),
    "frozen": ("lab5", "5.2", FROZEN + SAYS_IT_LEARNS, (LEARNS,)),
    "frozen, zeros hidden": ("lab5", "5.2", FROZEN + HIDES_ZEROS, (LEARNS,)),
    "a spare weight": ("lab5", "5.2", SPARE + HIDES_ZEROS, (LEARNS,)),
    "too large": ("lab5", "5.2", TOO_LARGE + SHOWS_FEW, (UNIT,)),
    "slope": ("lab1", "1.1", NAN_SLOPE + SAYS_FINITE, ("slope at zero",)),
    "slope of a loss": ("lab7", "7.4", BARE_LOSS + SAYS_FINITE, ("slope at zero",)),
    "shapes": ("lab1", "1.3", PRETENDS, ("parameters",)),
}
