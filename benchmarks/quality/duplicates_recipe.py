"""Finding duplicates from few labelled pairs: how the four models of duplicates.py are trained.

Not a measurement: this is what someone with pairs of their own wants, and it waits here for a place
in siamese_lib. Each train_... takes labelled pairs and a seed and returns similarity(pairs), one
number for each pair. sparse: |x1 - x2| and a sigmoid on TF-IDF vectors; bags: two bags of pieces;
mixed: the sum of the logits of both; lstm: two LSTMs that read letters.
"""

from functools import partial

import jax
import numpy as np
import optax
from flax import nnx

from siamese_lib.encoders import (
    BagEncoder,
    Committee,
    SiameseNetwork,
    SubwordLSTM,
    pair_logits,
    start_from_texts,
)
from siamese_lib.losses import pairwise_cross_entropy
from siamese_lib.recipes import fit_sparse_pairs, sparse_logits
from siamese_lib.text import ngram_tokens, pair_batches, pair_rows, word_grid
from siamese_lib.training import encode, fit

BATCH_SIZE = 256
MEMBERS = 2  # encoders in a committee
START_TEXTS = 60_000  # texts that the singular value decomposition looks at, where there are more


def schedule(epochs, pairs, rate):
    """A learning rate that falls to a tenth over the whole training."""
    return optax.linear_schedule(rate, rate / 10, epochs * (pairs // BATCH_SIZE))


def bag_optimizer(epochs, pairs):
    """Adam with a large rate: in three epochs a piece is seen only a few times."""
    return optax.adam(schedule(epochs, pairs, 0.02))


def lstm_optimizer(epochs, pairs):
    """Adam, five times slower for the LSTM and its readout than for the tables before them."""

    def speed(path, _):
        name = jax.tree_util.keystr(path)
        return "slow" if "lstm" in name or "readout" in name else "fast"

    def kind(params):
        return jax.tree_util.tree_map_with_path(speed, params)

    rates = {"fast": 0.01, "slow": 0.002}
    return optax.multi_transform(
        {name: optax.adam(schedule(epochs, pairs, rate)) for name, rate in rates.items()}, kind
    )


def loss(model, x1, x2, is_same):
    """Cross-entropy of the labelled pairs."""
    return pairwise_cross_entropy(pair_logits(*model(x1, x2)), is_same).mean()


def train(encoder, inputs, tokens, rows, optimizer, *, epochs, seed, **options):
    """The encoder after training on rows (first, second, is_same) of its inputs.

    tokens are the texts' pieces, from which the encoder's tables start; options go to fit.
    """
    chosen = np.random.default_rng(seed).permutation(len(tokens))[:START_TEXTS]
    start_from_texts(encoder, tokens[chosen])

    def batches(epoch):
        return pair_batches(inputs, *rows, batch_size=BATCH_SIZE, seed=1000 * seed + epoch)

    optimizer = optimizer(epochs, len(rows[2]))
    network = SiameseNetwork(encoder)
    fit(network, loss, batches, epochs=epochs, optimizer=optimizer, progress=False, **options)
    return encoder


def train_sparse(pairs, seed):
    """The head on |x1 - x2|: one convex problem, so the seed changes nothing."""
    model = fit_sparse_pairs(*pairs)
    return lambda some: sparse_logits(model, *some[:2])


def train_bags(pairs, seed):
    """A committee of bags of pieces."""
    return _train_committee(BagEncoder, ngram_tokens, bag_optimizer, pairs, seed, epochs=3)


def train_mixed(pairs, seed):
    """The logits of the sparse head and of the bags, added."""
    sparse, bags = train_sparse(pairs, seed), train_bags(pairs, seed)
    return lambda some: sparse(some) + bags(some)


def train_lstms(pairs, seed):
    """A committee of LSTMs."""
    return _train_committee(SubwordLSTM, word_grid, lstm_optimizer, pairs, seed, epochs=4)


def _train_committee(make, read, optimizer, pairs, seed, *, epochs):
    """As many encoders as MEMBERS, each from its own random start; read(texts) is their input."""
    texts, *where = pair_rows(*pairs[:2])
    tokens, rows = ngram_tokens(texts), (*where, pairs.is_same)
    inputs = tokens if read is ngram_tokens else read(texts)
    members = [
        train(make(rngs=nnx.Rngs(own)), inputs, tokens, rows, optimizer, epochs=epochs, seed=own)
        for own in range(seed * MEMBERS, (seed + 1) * MEMBERS)
    ]
    return partial(logits, Committee(members), read)


def logits(encoder, read, pairs):
    """One number for each pair, each text encoded once."""
    texts, first, second = pair_rows(*pairs[:2])
    h = encode(encoder, read(texts))
    return np.asarray(pair_logits(h[first], h[second]))
