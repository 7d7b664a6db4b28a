"""How many seconds longer the first step of a training takes than a later one: compiling.

Usage: python -m benchmarks.cost.first_step CASE        prints them
start.py runs it in fresh processes for every one of CASES.
"""

import sys
import time

import jax.numpy as jnp
import numpy as np
from flax import nnx

from siamese_lib.encoders import ImageEncoder, QuestionEncoder, SimilarityHead, SimilarityNetwork
from siamese_lib.energy import euclidean_distance
from siamese_lib.losses import contrastive_loss, modified_triplet_loss, pairwise_cross_entropy
from siamese_lib.text import stair_plan, to_stairs
from siamese_lib.training import fit


def questions():
    return QuestionEncoder(5000, rngs=nnx.Rngs(0))


def pictures():
    return ImageEncoder(channels=(16, 64, 128), rngs=nnx.Rngs(0))


def pairwise():
    return SimilarityNetwork(pictures(), SimilarityHead(64, rngs=nnx.Rngs(1)))


def triplet_loss(model, anchor, positive):
    return modified_triplet_loss(model(anchor), model(positive), negatives="hardest")


def pair_loss(model, a, b, is_same):
    return contrastive_loss(euclidean_distance(model(a), model(b)), is_same).mean()


def logit_loss(model, a, b, is_same):
    return pairwise_cross_entropy(model(a, b), is_same).mean()


def stairs_loss(model, both):
    return modified_triplet_loss(*jnp.split(model(both), 2))


# {what is trained: (network, loss)}
CASES = {
    "questions (05)": (questions, triplet_loss),
    "letters (06)": (pictures, triplet_loss),
    "contrastive (08)": (pictures, pair_loss),
    "pairwise (09)": (pairwise, logit_loss),
    "staircase": (questions, stairs_loss),
}


def draw(case):
    """A random batch of the case's shape."""
    rng = np.random.default_rng(0)
    tokens = rng.integers(2, 5000, (2, 128, 16)).astype(np.int32)
    images = rng.random((2, 64, 28, 28)).astype(np.float32)
    is_same = rng.integers(0, 2, 64)
    if case == "staircase":
        plan = stair_plan(np.tile(np.arange(3, 40), 9), rows=128)
        rows = np.where(np.arange(39) < rng.integers(3, 12, 128)[:, None], 7, 0)
        return (to_stairs(rows, plan),)
    if case == "questions (05)":
        return tuple(tokens)
    return tuple(images) if case == "letters (06)" else (*images, is_same)


def main(case):
    """Trains on one batch four times."""
    make, loss = CASES[case]
    batch, model, ticks = draw(case), make(), [time.perf_counter()]
    fit(
        model, loss, lambda epoch: [batch], epochs=4, progress=False,
        on_epoch=lambda _: ticks.append(time.perf_counter()),
    )  # fmt: skip
    seconds = np.diff(ticks)
    print(seconds[0] - seconds[1:].min())


if __name__ == "__main__":
    main(sys.argv[1])
