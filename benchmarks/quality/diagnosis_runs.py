"""Small training runs that go well, and the same runs broken in one known way each.

The thresholds of siamese_lib.training.diagnosis were chosen and tested on these: see diagnosis.py.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from benchmarks.quality.descent import descend
from siamese_lib import losses
from siamese_lib.datasets import load_faces, load_glyphs, load_question_meanings
from siamese_lib.energy import (
    cosine_distance,
    euclidean_distance,
    l2_normalize,
    squared_euclidean_distance,
)
from siamese_lib.losses import hardest_triplets
from siamese_lib.text import build_tokenizer

STEPS, CLASSES = 200, 24  # steps of a run, pairs of a batch, each of a class of its own
RATE = 2e-3


class Data(NamedTuple):
    """Inputs and classes to train on, and of other classes to look at."""

    x: np.ndarray
    label: np.ndarray
    new_x: np.ndarray
    new_label: np.ndarray


class Tower(nnx.Module):
    """Two dense layers, over a strided convolution for pictures, and the normalisation given."""

    def __init__(self, shape, *, normalise=l2_normalize, rngs):
        self.is_image = len(shape) == 2
        if self.is_image:
            self.convolution = nnx.Conv(1, 16, (5, 5), strides=(3, 3), rngs=rngs)
            shape = (-(-shape[0] // 3), -(-shape[1] // 3), 16)
        self.hidden = nnx.Linear(int(np.prod(shape)), 64, rngs=rngs)
        self.head = nnx.Linear(64, 32, rngs=rngs)
        self.normalise = normalise

    def __call__(self, x):
        if self.is_image:
            x = nnx.relu(self.convolution(x[..., None]))
        return self.normalise(self.head(nnx.relu(self.hidden(x.reshape(len(x), -1)))))


def data(name, seed):
    """Data for a run: "blobs", "questions", "glyphs" or "faces"; each seed draws other classes."""
    rng = np.random.default_rng(seed)
    source = {"blobs": _blobs, "questions": _questions, "glyphs": _glyphs, "faces": _faces}[name]
    x, label = source(rng)
    names = rng.permutation(np.unique(label))
    known = np.isin(label, names[: len(names) * 2 // 3])
    return Data(x[known], label[known], x[~known], label[~known])


def _blobs(rng, classes=60, each=12, dim=24):
    label = np.repeat(np.arange(classes), each)
    centre, noise = rng.normal(size=(classes, 8)), rng.normal(size=(len(label), 8))
    mixed = np.tanh((centre[label] + 0.6 * noise) @ rng.normal(size=(8, dim)) / 2)
    return (mixed + 0.1 * rng.normal(size=mixed.shape)).astype(np.float32), label


def _questions(rng, classes=150, words=400):
    texts = load_question_meanings("train")
    chosen = np.isin(texts.label, rng.choice(np.unique(texts.label), classes, replace=False))
    tokenizer = build_tokenizer(texts.text, vocabulary_size=words)
    label = texts.label[chosen]
    x = np.zeros((len(label), words), np.float32)
    for row, place in enumerate(np.flatnonzero(chosen)):
        x[row, tokenizer.encode(texts.text[place]).ids] = 1
    return x, label


def _glyphs(rng, classes=60):
    train = load_glyphs("train")
    chosen = np.isin(train.label, rng.choice(np.unique(train.label), classes, replace=False))
    return train.images[chosen], train.label[chosen]


def _faces(rng):
    people = load_faces("all")
    return people.images[:, ::4, ::4] - people.images.mean(), people.label


def contrastive(h, g, margin=1.0, genuine=1):
    """Genuine pairs (h, g), and as many of two classes; genuine=0 swaps the labels."""
    distance = euclidean_distance(jnp.concatenate([h, h]), jnp.concatenate([g, jnp.roll(g, 1, 0)]))
    is_same = jnp.repeat(jnp.array([genuine, 1 - genuine]), len(h))
    return losses.contrastive_loss(distance, is_same, margin=margin).mean()


def triplet(h, g, margin=0.25, distance=cosine_distance):
    return losses.triplet_loss(h, g, jnp.roll(g, 1, 0), margin=margin, distance=distance).mean()


def _squared_triplet(h, g):
    return triplet(h, g, margin=1.0, distance=squared_euclidean_distance)


def _cross_entropy(h, g):
    """A pair is the same with the probability that the sigmoid gives to 2 - distance squared."""
    other = jnp.concatenate([g, jnp.roll(g, 1, 0)])
    logits = 2 - squared_euclidean_distance(jnp.concatenate([h, h]), other)
    return losses.pairwise_cross_entropy(logits, jnp.repeat(jnp.array([1, 0]), len(h))).mean()


def soft_triplet(h, g):
    return losses.soft_margin_triplet_loss(h, g, jnp.roll(g, 1, 0)).mean()


def info_nce(h, g):
    return losses.info_nce_loss(h, g).mean()


def _swapped_triplet(h, g):
    return losses.triplet_loss(h, jnp.roll(g, 1, 0), g).mean()


def _pull_only(h, g):
    return contrastive(h, g, margin=0.0)


def _bare_root(h, g):
    """Triplets with a bare root as distance; each batch holds one input paired with itself."""
    near = jnp.sqrt(jnp.sum((h - g.at[0].set(h[0])) ** 2, -1))
    far = jnp.sqrt(jnp.sum((h - jnp.roll(g, 1, 0)) ** 2, -1))
    return jax.nn.relu(near - far + 0.25).mean()


def _each_class_once(h, g):
    """Batch-hard on the anchors alone, none of which then has a positive."""
    return _batch_hard(h, jnp.arange(len(h)))


def _rows_for_labels(h, g):
    """Batch-hard with row numbers in place of classes."""
    return _batch_hard(jnp.concatenate([h, g]), jnp.arange(2 * len(h)))


def _batch_hard(x, labels):
    mined = hardest_triplets(x, labels)
    cost = losses.triplet_loss(x[mined.anchor], x[mined.positive], x[mined.negative])
    return losses.mean_of_real(cost, mined.is_real)


def _whole_batch(x):
    return x / jnp.sqrt(jnp.sum(x**2))


def _columns(x):
    return l2_normalize(x, axis=0)


def _as_it_is(x):
    return x


# Embeddings of any length: no division at the end, where a learning rate can do its worst. (A tower
# that ends in a division forgives it: large weights only make the next steps small.)
_FREE = {
    "contrastive": contrastive,
    "triplet, squared distance": _squared_triplet,
    "cross-entropy": _cross_entropy,
}
# what is trained: (loss, {what differs from the defaults of run})
HEALTHY = {
    "contrastive": (contrastive, {}),
    "triplet": (triplet, {}),
    "soft triplet": (soft_triplet, {}),
    "modified triplet": (losses.modified_triplet_loss, {}),
    "InfoNCE": (info_nce, {}),
    **{f"{name}, free lengths": (loss, {"normalise": _as_it_is}) for name, loss in _FREE.items()},
}
BROKEN = {
    "collapse": {
        "positives only": (_pull_only, {}),
        "positives only, faster": (_pull_only, {"rate": 1e-2}),
    },
    "wrong axis": {
        f"{kind}, {name}": (HEALTHY[name][0], {"normalise": normalise})
        for kind, normalise in (("whole batch", _whole_batch), ("columns", _columns))
        for name in ("contrastive", "modified triplet", "InfoNCE")
    },
    "NaN": {
        "bare root": (_bare_root, {}),
        "bare root, free lengths": (_bare_root, {"normalise": _as_it_is}),
    },
    "no triplets": {
        "each class once": (_each_class_once, {}),
        "rows for labels": (_rows_for_labels, {}),
    },
    "flipped labels": {
        "contrastive": (lambda h, g: contrastive(h, g, genuine=0), {}),
        "triplet": (_swapped_triplet, {}),
    },
    "margin too large": {
        "triplet, 3": (lambda h, g: triplet(h, g, margin=3.0), {}),
        "contrastive, 6": (lambda h, g: contrastive(h, g, margin=6.0), {}),
        "modified triplet, 3": (lambda h, g: losses.modified_triplet_loss(h, g, margin=3.0), {}),
    },
    "learning rate too high": {
        f"{name}, {rate}": (loss, {"rate": rate, "normalise": _as_it_is})
        for name, loss in _FREE.items()
        for rate in (0.1, 0.3, 3.0)
    },
    "false negatives": {"InfoNCE, 4 classes": (info_nce, {"classes": 4})},
}


class Run(NamedTuple):
    """What a run leaves: its losses, both sides' embeddings, and the classes of a batch."""

    history: dict
    embeddings: np.ndarray
    label: np.ndarray
    new_embeddings: np.ndarray
    new_label: np.ndarray
    batch: np.ndarray


def run(source, loss, seed, *, rate=RATE, normalise=l2_normalize, classes=None):
    """Train a tower on the data with a loss of (anchor, positive), and look at it."""
    rng = np.random.default_rng(seed)
    pairs = np.stack([_pairs(source.label, classes, rng) for _ in range(STEPS)])
    model = Tower(source.x.shape[1:], normalise=normalise, rngs=nnx.Rngs(seed))
    definition, weights = nnx.split(model)
    weights, values = _train(definition, weights, source.x, pairs, loss=loss, rate=rate)
    known, new = (np.sort(rng.permutation(len(x))[:200]) for x in (source.x, source.new_x))
    return Run(
        history={"loss": np.asarray(values, float).tolist()},
        embeddings=np.asarray(_embed(definition, weights, source.x[known])),
        label=source.label[known],
        new_embeddings=np.asarray(_embed(definition, weights, source.new_x[new])),
        new_label=source.new_label[new],
        batch=source.label[pairs[-1, 0]],
    )


def _pairs(label, classes, rng):
    """Rows [2, CLASSES] of a batch's anchors and positives, drawn from so many classes."""
    names = np.unique(label)
    chosen = rng.choice(names, classes or CLASSES, replace=False)
    chosen = np.resize(chosen, CLASSES)
    own = [rng.choice(np.flatnonzero(label == name), 2, replace=False) for name in chosen]
    return np.array(own).T


@partial(jax.jit, static_argnames=("definition", "loss", "rate"))
def _train(definition, weights, x, pairs, *, loss, rate):
    """(weights, the loss of every step)."""

    def cost(weights, rows):
        tower = nnx.merge(definition, weights)
        return loss(tower(x[rows[0]]), tower(x[rows[1]]))

    return descend(cost, weights, pairs, rate)


@partial(jax.jit, static_argnames="definition")  # jitted, since a traced NaN raises nothing
def _embed(definition, weights, x):
    return nnx.merge(definition, weights)(x)
