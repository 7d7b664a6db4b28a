"""Exercise 1.3, encoder."""

import jax.numpy as jnp
import numpy as np
from flax import nnx

from instructor.labs.exercise import Exercise, Only, Part
from instructor.labs.judges import close, numbers, same
from instructor.labs.lab1.ex_1_1 import normalise
from instructor.labs.lab1.ex_1_2 import questions
from instructor.labs.lab1.visible import ENCODED
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip

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
# The same for the instant check, which also says where a layer has another name or size.
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
    """look: what is done to the embeddings; bend: what follows the dense layer (late: the mean)."""

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


def as_it_is(x):
    return x


def over_batch(x):
    return x / jnp.sqrt((x * x).sum())


def _raw_mean(h, tokens):
    return h.mean(1)


_MISTAKES = tuple(
    Mistake(Only(("your answer",), slip(encoder, **switches)), hint)
    for switches, hint in (
        ({"head": as_it_is}, "the last step is missing: scale each row to length 1."),
        ({"head": over_batch}, "the whole batch has length 1 here; each row should (mind the axis)."),
        ({"head": lambda x: x / jnp.sqrt((x * x).sum(0))}, "the lengths run down the batch: a question's embedding must not depend on its neighbours."),
        ({"pooled": _raw_mean}, "padding took part in the mean."),
        ({"look": lambda words, t: jnp.where(_real(t), words, 0), "pooled": _raw_mean},
         "padding still takes part: after the dense layer its states are not 0. Mask the states."),
        ({"bend": as_it_is}, "tanh is missing."),
        ({"bend": nnx.relu}, "this is a ReLU; the text asks for tanh."),
        ({"bend": nnx.sigmoid}, "this is a sigmoid; the text asks for tanh."),
        ({"look": lambda words, t: jnp.tanh(words), "bend": as_it_is}, "tanh comes after the dense layer, not before it."),
        ({"late": True}, "tanh comes before the mean."),
        ({"dense": False}, "the dense layer is missing."),
        ({"pooled": lambda h, t: jnp.where(_real(t), h, -9).max(1)}, "this takes the largest state; take the mean."),
        ({"pooled": lambda h, t: h[:, 0]}, "only the first word is read."),
        ({"pooled": lambda h, t: h[:, -1]}, "only the last position is read, often padding."),
        ({"each": normalise}, "scale once, after the mean, not every state."),
        ({"pooled": lambda h, t: jnp.ones_like(h[:, 0])}, "every question gets the same vector: the encoder has collapsed."),
    )
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _encoded(padded):
    def draw(rng):
        return [(questions(rng, padded), *_weights(rng)) for _ in range(2)]

    return draw


def _weights(rng):
    return rng.normal(size=(9, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)


def _alone(rng):
    weights = _weights(rng)
    return [(questions(rng, b=1), *weights) for _ in range(3)]


def _triples(rng):
    """Sizes, and questions without padding and without the last word."""
    sizes = [tuple(map(int, rng.integers(4, 40, 3))) for _ in range(2)]
    return [(*size, rng.integers(1, size[0] - 1, (5, 3))) for size in sizes]


_PARAMETERS = """\
import numpy as np
from flax import nnx
*sizes, tokens = case
model = Encoder(*sizes, rngs=nnx.Rngs(0))
parts = model.embedding.embedding, model.hidden.kernel, model.hidden.bias
weights = [np.asarray(part[...]) for part in parts]
outputs = [model(tokens)]
for part, weight in zip(parts[1:], weights[1:]):
    part[...] = weight[..., ::-1]
outputs.append(model(tokens))
parts[0][...] = weights[0][::-1]
[weights, *outputs, model(sizes[0] - 1 - tokens)]
"""


def _are_parameters(case, answer):
    """1.0 for weights of the right shapes that the embeddings really depend on.

    With the hidden units in reverse order the embeddings are in reverse order too. With the words
    reversed as well, a question in the new numbers has the same embedding as before.
    """
    vocabulary_size, embedding_dim, hidden_dim, _ = case
    shapes = [(vocabulary_size, embedding_dim), (embedding_dim, hidden_dim), (hidden_dim,)]
    weights, *outputs = answer
    before, mirrored, renamed = map(numbers, outputs)
    are_weights = [np.shape(numbers(w)) for w in weights] == shapes and np.std(weights[0]) > 0
    is_alive = bool((before != before[:1]).any())
    return float(
        are_weights and is_alive and same(before[..., ::-1], mirrored) and same(mirrored, renamed)
    )


_ENCODE = ASK_ENCODER.replace("answer(", "Encoder(")
_judge = close(encode)

EXERCISE = Exercise(
    title="encoder",
    call="Encoder",
    right=encoder,
    cases=ENCODED,
    mistakes=_MISTAKES,
    meaning="This is a whole encoder: look up, transform, average what is real, scale. Every network of this course has this shape.",
    fallback="print each step for one short question: embedding, dense, tanh, mean, length.",
    ask=_ASK_ENCODER,
    names=("tokens", "embedding", "hidden.kernel", "hidden.bias"),
    parts=(
        Part("parameters", 5, _triples, _PARAMETERS, _are_parameters),
        Part("values", 10, _encoded(False), _ENCODE, _judge),
        Part("padding", 6, _encoded(True), _ENCODE, _judge),
        Part("a question alone", 4, _alone, _ENCODE, _judge),
    ),
)
