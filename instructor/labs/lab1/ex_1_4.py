"""Exercise 1.4, one encoder for three inputs."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from instructor.labs.exercise import Exercise, Only, Part
from instructor.labs.judges import same
from instructor.labs.lab1.ex_1_1 import normalise
from instructor.labs.lab1.ex_1_3 import as_it_is, over_batch
from instructor.labs.lab1.visible import TRIPLETS
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip

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
# The same for the instant check, which also says where there are not two arrays.
_ASK_TRIPLETS = ASK_TRIPLETS.replace(
    "None if cosines is None else {",
    """\
is_two = isinstance(cosines, (tuple, list)) and len(cosines) == 2
None if cosines is None else {"cosines": cosines} if not is_two else {"shown": cosines,""",
)


class _Triplets(nnx.Module):
    def __init__(self, encoder, forward):
        self.encoder, self.forward = encoder, forward

    def __call__(self, anchor, positive, negative):
        return self.forward(self.encoder, anchor, positive, negative)


def _unit_dot(a, b):
    return (normalise(a) * normalise(b)).sum(-1)


def triplets(
    encoder, *, keep=as_it_is, read=lambda encoder, x: encoder(x), cosine=_unit_dot,
    of_anchor=as_it_is, of_others=as_it_is, couples=lambda a, p, n: ((a, p), (a, n)),
    result=as_it_is,
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


class _Copies(nnx.Module):
    """Copies, equal at the start, that go their own ways. order: which of them reads which input."""

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
_MISTAKES = (
    Mistake(Only(("parameters",), lambda e: _Copies(e, (0, 1, 1))), "there are two sets of weights: a copied encoder goes its own way after one step. Use the same one."),
    Mistake(Only(("parameters",), lambda e: _Copies(e, (0, 1, 2))), "there are three sets of weights: use the one encoder for all three inputs."),
    Mistake(slip(triplets, couples=lambda a, p, n: ((a, n), (a, p))), "positive and negative are swapped."),
    Mistake(slip(triplets, couples=lambda a, p, n: ((a, p), (p, n))), "the negative was compared with the positive; compare it with the anchor."),
    Mistake(slip(triplets, cosine=lambda a, b: (a * b).sum(-1)), "these are dot products: scale the embeddings to length 1."),
    Mistake(slip(triplets, read=lambda encoder, x: encoder(normalise(x)), cosine=lambda a, b: (a * b).sum(-1)), "the inputs are scaled to length 1; scale what the encoder makes of them."),
    Mistake(slip(triplets, cosine=lambda a, b: (a * normalise(b)).sum(-1)), "the anchor is not scaled to length 1."),
    Mistake(slip(triplets, cosine=lambda a, b: (normalise(a) * b).sum(-1)), "only the anchor is scaled to length 1; positive and negative are not."),
    Mistake(slip(triplets, cosine=lambda a, b: (over_batch(a) * over_batch(b)).sum(-1)), "the whole batch has length 1 here; each row should (mind the axis)."),
    Mistake(slip(triplets, cosine=lambda a, b: -jnp.sqrt(((a - b) ** 2).sum(-1)) * -1), "these are Euclidean distances; the cosines are asked for."),
    Mistake(slip(triplets, result=lambda pair: tuple(1 - c for c in pair)), "these are distances, 1 minus the cosine."),
    Mistake(slip(triplets, result=lambda pair: tuple(c.mean() for c in pair)), "keep one cosine a row."),
    Mistake(slip(triplets, read=lambda e, x: x), "the encoder is not used: these are cosines of the inputs."),
    Mistake(slip(triplets, cosine=lambda a, b: jnp.ones(len(a))), "the cosine is 1 whatever comes in: this looks like a collapsed encoder."),
    Mistake(slip(triplets, keep=nnx.clone), "this encoder is a copy of the one given, which no longer trains with it."),
    Mistake(slip(triplets, of_others=_stop), "no gradient comes back through positive and negative."),
    Mistake(slip(triplets, of_anchor=_stop), "no gradient comes back through the anchor."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _triplets(rng):
    return [
        (rng.normal(size=(3, 4)), *(rng.normal(size=(5, 3)) for _ in range(3))) for _ in range(2)
    ]


def _judge_triplets(*names):
    def judge(case, answer):
        expected = triplet_facts(*case)
        return float(isinstance(answer, dict) and all(
            same(expected[name], answer.get(name)) for name in names
        ))  # fmt: skip

    return judge


_THREE = ASK_TRIPLETS.replace("answer(", "Triplets(")

EXERCISE = Exercise(
    title="one encoder, three inputs",
    call="Triplets",
    right=triplets,
    cases=TRIPLETS,
    mistakes=_MISTAKES,
    meaning="Three inputs, one set of weights: a step that moves one branch moves all three. That is what makes a network Siamese.",
    fallback="the class keeps the encoder it is given and calls it three times.",
    ask=_ASK_TRIPLETS,
    names=("encoder.kernel", "anchor", "positive", "negative"),
    parts=(
        Part("cosines", 8, _triplets, _THREE, _judge_triplets("cosines")),
        Part(
            "shared weights",
            8,
            _triplets,
            _THREE,
            _judge_triplets("cosines", "after a step of the encoder"),
        ),
        Part("gradient", 4, _triplets, _THREE, _judge_triplets("cosines", "slope")),
    ),
)
