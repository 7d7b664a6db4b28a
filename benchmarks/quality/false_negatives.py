"""What false negatives cost: the same batches with them in the loss, and with them left out.

A false negative is another row of the batch that shows the anchor's own class. Batches are drawn in
three ways: each class once (no false negatives), at random (as many as the data brings), and k
pairs of each class (a share that we choose). Every run with false negatives has a twin with the
same first weights and batches, whose loss leaves them out; what the twin is ahead is the harm.

Usage: nice python -m benchmarks.quality.false_negatives [PART ...]
Writes siamese_lib/data/results/false_negatives.json; a part of PARTS not named keeps its entry, and
all are measured where none is named. On one core under an hour of processor time.
"""

import json
import sys
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from benchmarks.measure import (
    SEEDS,
    chosen,
    describe,
    peak_mb,
    spread,
    stopwatch,
    store,
    stored,
)
from benchmarks.quality.descent import descend
from benchmarks.quality.false_negatives_data import glyphs, questions

NEGATIVES = ("mean", "closest", "hardest", "InfoNCE")
MARGIN, TEMPERATURE = 0.25, 0.1


def draw(data, batch, per_class, rng):
    """Rows [2, batch] of pairs: per_class of each class, or any pairs at all where it is None.

    Where it is a share, that share of the rows has a second pair of its class beside it.
    """
    if per_class is None:
        return data.pairs[rng.choice(len(data.pairs), batch, replace=False)].T
    own, start, count = np.unique(
        data.label[data.pairs[:, 0]], return_index=True, return_counts=True
    )
    sizes = [per_class] * (batch // per_class) if per_class >= 1 else _some_twice(batch, per_class)
    chosen = np.repeat(rng.choice(len(own), len(sizes), replace=False), sizes)
    return data.pairs[start[chosen] + rng.integers(count[chosen])].T


def _some_twice(batch, share):
    """How many pairs of each class: two for a share of the batch's rows, one for the others."""
    twice = round(batch * share / 2)
    return [2] * twice + [1] * (batch - 2 * twice)


def row_losses(similarity, is_negative, negatives):
    """The loss of every row of S where only some other rows count as its negatives.

    With every other row counted "closest" and "hardest" are modified_triplet_loss, "mean" is its
    first half, "hardest alone" its second, and "InfoNCE" is info_nce_loss.
    """
    positive = jnp.diagonal(similarity)
    if negatives == "InfoNCE":
        own = is_negative | jnp.eye(len(similarity), dtype=bool)
        logits = jnp.where(own, similarity, -jnp.inf) / TEMPERATURE
        return jax.nn.logsumexp(logits, axis=1) - positive / TEMPERATURE
    mean = jnp.sum(similarity * is_negative, axis=1) / is_negative.sum(axis=1)
    if negatives == "closest":
        is_negative = is_negative & (similarity <= positive[:, None])
    largest = jnp.where(is_negative, similarity, -jnp.inf).max(axis=1)
    first, second = (jax.nn.relu(value - positive + MARGIN) for value in (mean, largest))
    return {"mean": first, "hardest alone": second}.get(negatives, first + second)


@partial(jax.jit, static_argnames=("definition", "negatives", "rate"))
def train(definition, weights, x, label, pairs, counts_false, *, negatives, rate):
    """(weights, loss of every step); pairs [steps, 2, batch] are rows of x."""

    def cost(weights, rows):
        tower, own = nnx.merge(definition, weights), label[rows[0]]
        is_other = (own[:, None] != own) | (counts_false & ~jnp.eye(len(own), dtype=bool))
        similarity = tower(x[rows[0]]) @ tower(x[rows[1]]).T
        return row_losses(similarity, is_other, negatives).mean()

    return descend(cost, weights, pairs, rate)


@partial(jax.jit, static_argnames="definition")
def embed(definition, weights, x):
    return nnx.merge(definition, weights)(x)


def run(data, batch, per_class, negatives, *, counts_false, seed):
    """Train once: the shares of false negatives in the batches, the last loss, and the new AUC."""
    rng = np.random.default_rng(seed)
    pairs = np.stack([draw(data, batch, per_class, rng) for _ in range(data.steps)])
    definition, weights = nnx.split(data.tower(nnx.Rngs(seed)))
    weights, losses = train(
        definition, weights, data.x, data.label, pairs, counts_false,
        negatives=negatives, rate=data.rate,
    )  # fmt: skip
    own = data.label[pairs[:, 0]]
    false = (own[:, :, None] == own[:, None]).sum(axis=2) - 1
    some = np.asarray(embed(definition, weights, data.x[:: len(data.x) // 500]))
    return {
        "rows": float((false > 0).mean()),
        "negatives": float(false.mean() / (batch - 1)),
        "auc": data.score(lambda x: np.asarray(embed(definition, weights, x))),
        "last_loss": float(losses[-20:].mean()),
        "mean_cosine": float((some @ some.T).mean()),
    }


def cell(data, batch, per_class, negatives):
    """One way to fill a batch under one loss, over the seeds, beside the twin without them."""
    drawn = per_class or "at random"
    if drawn in SHARES:
        drawn = f"two for {per_class} of the rows"
    result = {"batch": batch, "pairs_per_class": drawn, "loss": negatives}
    twins = {"counted": True} if per_class == 1 else {"counted": True, "left out": False}
    for name, counts_false in twins.items():
        runs = [
            run(data, batch, per_class, negatives, counts_false=counts_false, seed=seed)
            for seed in SEEDS
        ]
        columns = {of: [found[of] for found in runs] for of in runs[0]}
        result["false"] = {
            of: round(float(np.mean(columns.pop(of))), 5) for of in ("rows", "negatives")
        }
        result[name] = {of: with_spread(values) for of, values in columns.items()}
    if len(twins) > 1:
        aucs = (result[name]["auc"]["seeds"] for name in ("left out", "counted"))
        result["harm"] = with_spread(np.subtract(*aucs))
    return result


def with_spread(values):
    """Mean and standard deviation of the seeds' values, and the values."""
    values = [round(float(value), 4) for value in values]
    return spread(values, "mean", "std") | {"seeds": values}


def grid(data, plan, negatives=NEGATIVES):
    """Every cell of a plan of (batch, pairs of a class)."""
    for batch, per_class in plan:
        for loss in negatives:
            found = cell(data, batch, per_class, loss)
            print(json.dumps(found), flush=True)
            yield found


# (batch, pairs of each class): once each and at random at every size, then shares that we choose
SIZES = [(batch, per_class) for batch in (64, 128, 256, 512) for per_class in (1, None)]
CHOSEN = [(128, per_class) for per_class in (2, 4, 8, 16, 32)]
WIDE = [(512, per_class) for per_class in (4, 16)]
SHARES = (0.25, 0.5, 0.75)  # of the rows, whose class comes twice
PARTLY = [(128, share) for share in SHARES]
PARTS = {
    "glyphs": lambda: grid(glyphs(), SIZES + CHOSEN),
    "questions": lambda: grid(questions("questions"), SIZES + CHOSEN + WIDE),
    "glyphs, part of the rows": lambda: grid(glyphs(), PARTLY),
    "questions, part of the rows": lambda: grid(questions("questions"), PARTLY),
    "quora": lambda: grid(questions("quora"), SIZES),
    # the network of notebook 05, and its first two epochs under its loss and the second half of it
    "lstm": lambda: grid(
        questions("questions", lstm=True), [(128, 1), (128, None), (128, 4)], ["hardest"]
    ),
    "collapse": lambda: grid(
        questions("questions", lstm=True)._replace(steps=118),
        [(128, 1)],
        ["hardest", "hardest alone"],
    ),
}


def main(asked):
    """Every part, or those asked for."""
    for part in chosen(asked, PARTS):
        took = stopwatch()
        cells = list(PARTS[part]())
        entry = {
            "cells": cells,
            "seeds": list(SEEDS),
            "processor_seconds": round(took()[1]),
            "peak_mb": peak_mb(),
            "machine": describe(),
        }
        store("false_negatives", stored("false_negatives") | {part: entry})


if __name__ == "__main__":
    main(sys.argv[1:])
