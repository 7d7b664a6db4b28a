"""Fine-tuning on the support set: a small softmax classifier that starts as the prototypes.

The encoder stays as it is. Only one row of W and one entry of b per class are trained, on the few
labelled examples of an episode. Before any training step it answers as the prototypes do.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from siamese_lib.energy import l2_normalize
from siamese_lib.evaluation.one_shot import prototypes
from siamese_lib.validate import (
    require_count,
    require_finite,
    require_not_negative,
    require_positive,
    require_rank,
)


class Head(NamedTuple):
    """A softmax over classes: logits = scale x cosine(W, h) + b."""

    weight: jax.Array  # [n_way, dim]
    bias: jax.Array  # [n_way]
    scale: float


def prototype_head(support: ArrayLike, *, scale: float = 10.0) -> Head:
    """The head that answers as the prototypes do: W = their directions, b = 0.

    Shapes: support [n_way, k_shot, dim] -> Head.
    Units: scale stretches the cosines, which span 2 at most, so that the softmax can be sure.
    Raises: ValueError if support is not [n_way, k_shot, dim] or is empty, on NaN or infinity, or if
    scale is 0 or less.
    Source: Chen et al. 2019, the cosine softmax; here it starts at the prototypes.
    """
    require_positive(scale=scale)
    weight = jnp.asarray(prototypes(support))
    return Head(weight, jnp.zeros(len(weight)), scale)


def probabilities(head: Head, query: ArrayLike) -> jax.Array:
    """p(class | query), according to a head.

    Shapes: query [q, dim] float -> [q, n_way] float32; each row sums to 1.
    Raises: ValueError if query is not [q, dim] or is empty, its dim is not the head's (quoting
    both), or on NaN or infinity.
    """
    query = _require_like(head, "query", query, 2, "[q, dim]")
    return jax.nn.softmax(_logits(head, l2_normalize(query)))


def fine_tune(
    head: Head,
    support: ArrayLike,
    *,
    query: ArrayLike | None = None,
    steps: int = 100,
    learning_rate: float = 0.1,
    entropy_weight: float = 0.0,
) -> Head:
    """The head after gradient steps on the cross-entropy of the support set.

    If query is given, entropy_weight x the mean entropy of the answers to it is added to the loss:
    that pushes the head to be sure about the queries. It then sees all of them at once, unlabelled
    (the transductive setting; say so wherever you report the result).

    Shapes: support [n_way, k_shot, dim], query [q, dim] -> Head.
    Raises: ValueError if an input has another form or size than the head's (quoting both), holds
    NaN or infinity, if steps, learning_rate or entropy_weight makes no sense, or if there is an
    entropy_weight but no query.
    Source: Dhillon et al. 2020; Wang, Few-shot learning, lecture 3: start at W = M, b = 0.
    """
    support = _require_like(head, "support", support, 3, "[n_way, k_shot, dim]")
    if len(support) != len(head.weight):
        raise ValueError(
            f"support has {len(support)} classes and the head {len(head.weight)}; give the "
            "support that the head was made from"
        )
    require_count(steps=steps, least=0)
    require_positive(learning_rate=learning_rate)
    require_not_negative(entropy_weight=entropy_weight)
    if query is None and entropy_weight:
        raise ValueError(f"entropy_weight is {entropy_weight} but there is no query; give query")
    query = support[:, 0] if query is None else _require_like(head, "query", query, 2, "[q, dim]")
    weight, bias = _descend(
        (head.weight, head.bias), l2_normalize(support), l2_normalize(query),
        float(learning_rate), float(entropy_weight), head.scale, steps=steps,
    )  # fmt: skip
    return Head(weight, bias, head.scale)


@partial(jax.jit, static_argnames="steps")
def _descend(weights, support, query, learning_rate, entropy_weight, scale, *, steps):
    """Plain gradient descent: for so few steps no optimizer needs to remember anything."""

    def loss(weights):
        weight, bias = weights
        head = Head(weight, bias, scale)
        own = jax.nn.log_softmax(jax.vmap(partial(_logits, head))(support))  # [way, shot, way]
        right = jnp.diagonal(own, axis1=0, axis2=2)
        log_p = jax.nn.log_softmax(_logits(head, query))
        entropy = -jnp.sum(jnp.exp(log_p) * log_p, axis=1)
        return -right.mean() + entropy_weight * entropy.mean()

    def step(_, weights):
        slopes = jax.grad(loss)(weights)
        return jax.tree.map(lambda w, slope: w - learning_rate * slope, weights, slopes)

    return jax.lax.fori_loop(0, steps, step, weights)


def _logits(head, unit):
    return head.scale * unit @ l2_normalize(head.weight).T + head.bias


def _require_like(head: Head, name: str, vectors: ArrayLike, rank: int, form: str) -> jax.Array:
    require_rank(rank, form, **{name: vectors})
    require_finite(**{name: vectors})
    dim = head.weight.shape[-1]
    if np.shape(vectors)[-1] != dim:
        raise ValueError(
            f"{name} has {np.shape(vectors)[-1]} dimensions and the head {dim}; "
            "embed both with the same encoder"
        )
    return jnp.asarray(vectors, jnp.float32)
