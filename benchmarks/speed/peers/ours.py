"""siamese_lib at the same tasks as the peers."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from siamese_lib.encoders import QuestionEncoder
from siamese_lib.losses import (
    hardest_triplets,
    mean_of_real,
    modified_triplet_loss,
    semi_hard_triplets,
    triplet_loss,
)
from siamese_lib.text import stair_plan, to_stairs
from siamese_lib.training.loop import _make_step


def step(make_batches, dtype=jnp.float32):
    """One call trains on every batch once, Adam on all parameters."""
    model = QuestionEncoder(36_224, dtype=dtype, rngs=nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(1e-3), wrt=nnx.Param)

    def loss(model, both):
        return modified_triplet_loss(*jnp.split(model(both), 2), negatives="closest")

    train = _make_step(loss)  # what fit runs for each batch
    return lambda: jax.block_until_ready([train(model, optimizer, b) for b in make_batches()])


def padded(folder, name):
    """Both sides of each batch one below the other, padded to the longest question."""
    with np.load(f"{folder}/{name}.npz") as file:
        return [np.concatenate(file[key]) for key in sorted(file.files)]


def tokens_task(name, dtype=jnp.float32):
    def build(folder):
        batches = padded(folder, name)
        return step(lambda: batches, dtype)

    return build


def stairs_task(dtype=jnp.float32):
    """The batches of "longest" as staircases. Cutting them is timed, padding is not."""

    def build(folder):
        batches = padded(folder, "longest")
        lengths = np.concatenate([(batch != 0).sum(axis=1) for batch in batches])
        plan = stair_plan(lengths, rows=len(batches[0]))
        return step(lambda: [to_stairs(batch, plan) for batch in batches], dtype)

    return build


def product_task(folder):
    """The machine's rate: a matrix product of 2,048 x 2,048 x 2,048."""
    square = jnp.ones((2048, 2048))
    product = jax.jit(jnp.matmul)
    return lambda: jax.block_until_ready(product(square, square))


def loss_task(batch):
    def build(folder):
        pair = [jnp.asarray(side[:batch]) for side in np.load(f"{folder}/vectors.npy")]
        value_and_grad = jax.jit(jax.value_and_grad(modified_triplet_loss, argnums=(0, 1)))
        return lambda: jax.block_until_ready(value_and_grad(*pair))

    return build


def mining_task(kind):
    def build(folder):
        vectors = jnp.asarray(np.load(f"{folder}/vectors.npy")[0, :1024])
        labels, key = jnp.asarray(np.load(f"{folder}/labels.npy")), jax.random.key(0)

        def loss(vectors):
            if kind == "hardest":
                found = hardest_triplets(vectors, labels)
            else:
                found = semi_hard_triplets(vectors, labels, key=key, margin=0.25)
            a, p, n = (vectors[rows] for rows in found[:3])
            return mean_of_real(triplet_loss(a, p, n, margin=0.25), found.is_real)

        value_and_grad = jax.jit(jax.value_and_grad(loss))
        return lambda: jax.block_until_ready(value_and_grad(vectors))

    return build


TASKS = {name: tokens_task(name) for name in ("tokens_32", "tokens_64", "longest", "buckets")}
TASKS |= {
    f"{name}_bfloat16": tokens_task(name, jnp.bfloat16) for name in ("tokens_32", "tokens_64")
}
TASKS |= {"stairs": stairs_task(), "stairs_bfloat16": stairs_task(jnp.bfloat16)}
TASKS |= {"product": product_task}
TASKS |= {f"loss_{batch}": loss_task(batch) for batch in (256, 1024, 4096, 8192)}
TASKS |= {f"mining_{kind}": mining_task(kind) for kind in ("hardest", "semi_hard")}
