"""Miners against brute force over all triplets, and batches that hold nothing to mine."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from siamese_lib.losses import (
    hardest_triplets,
    mean_of_real,
    random_triplets,
    semi_hard_triplets,
    triplet_kind,
    triplet_loss,
)

rng = np.random.default_rng(8)
BATCHES = {
    "P x K": np.repeat(np.arange(6), 4),
    "shuffled": rng.permutation(np.repeat(np.arange(6), 4)),
    "unequal": rng.integers(0, 5, size=24),
    "one class of one": np.array([0, 0, 0, 1, 2, 2]),
    "all alike": np.zeros(7, int),
    "all different": np.arange(7),
    "two rows": np.array([3, 3]),
    "one row": np.array([3]),
    "words for labels": np.array([-4, 10**6, -4, 10**6, 7, 7]),
}
KEY = jax.random.key(0)
MINERS = {
    "random": lambda x, y: random_triplets(x, y, key=KEY),
    "semi-hard": lambda x, y: semi_hard_triplets(x, y, key=KEY, margin=0.6),
    "hardest": hardest_triplets,
}
each_batch = pytest.mark.parametrize("labels", BATCHES.values(), ids=BATCHES)
each_miner = pytest.mark.parametrize("miner", MINERS.values(), ids=MINERS)


def embed(labels, seed=1):
    """Not normalised, so that a miner by dot products is found out."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(len(labels), 5))[np.unique(labels, return_inverse=True)[1]]
    lengths = random.uniform(0.2, 5, size=(len(labels), 1))
    return ((centres + random.normal(size=centres.shape)) * lengths).astype(np.float32)


def cosines(x):
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    return unit @ unit.T


def candidates(labels, i):
    others = [j for j in range(len(labels)) if j != i]
    return ([j for j in others if labels[j] == labels[i]],
            [j for j in others if labels[j] != labels[i]])  # fmt: skip


@each_batch
@each_miner
def test_every_real_triplet_is_one_and_no_other_row_is_pointed_at(labels, miner):
    found = jax.tree.map(np.asarray, miner(embed(labels), labels))
    n = len(labels)
    assert all(part.shape == (n,) for part in found)
    np.testing.assert_array_equal(found.anchor, np.arange(n))
    for i, (positive, negative, is_real) in enumerate(zip(*found[1:], strict=True)):
        if is_real:
            assert positive != i and labels[positive] == labels[i] != labels[negative]
        else:
            assert positive == negative == (i + 1) % n  # so that no distance is 0


@each_batch
def test_hardest_equals_brute_force(labels):
    x = embed(labels)
    s = cosines(x)
    found = hardest_triplets(x, labels)
    for i in range(len(labels)):
        positives, negatives = candidates(labels, i)
        assert bool(found.is_real[i]) == bool(positives and negatives)
        if found.is_real[i]:
            assert found.positive[i] == min(positives, key=lambda j: s[i, j])
            assert found.negative[i] == max(negatives, key=lambda j: s[i, j])


@each_batch
@pytest.mark.parametrize("margin", [0.05, 0.6])
def test_semi_hard_equals_brute_force(labels, margin):
    x = embed(labels)
    s = cosines(x)
    counts = {True: 0, False: 0}
    for seed in range(5):
        found = semi_hard_triplets(x, labels, key=jax.random.key(seed), margin=margin)
        for i in range(len(labels)):
            positives, negatives = candidates(labels, i)
            counts[bool(found.is_real[i])] += 1
            if found.is_real[i]:
                p = int(found.positive[i])
                allowed = [j for j in negatives if s[i, p] - margin < s[i, j] < s[i, p]]
                assert p in positives
                assert found.negative[i] == max(allowed, key=lambda j: s[i, j])
            elif negatives and positives:  # then it was the one drawn positive that had none
                assert any(
                    not [j for j in negatives if s[i, p] - margin < s[i, j] < s[i, p]]
                    for p in positives
                )
    if labels is BATCHES["P x K"] and margin == 0.05:
        assert min(counts.values()) > 10  # both ways out were taken


def test_semi_hard_triplets_are_of_that_kind():
    labels = BATCHES["P x K"]
    x = embed(labels)
    found = semi_hard_triplets(x, labels, key=KEY, margin=0.6)
    kinds = np.asarray(triplet_kind(*(x[np.asarray(part)] for part in found[:3]), margin=0.6))
    assert (kinds[np.asarray(found.is_real)] == 1).all()


def test_random_picks_every_allowed_row_about_equally_often():
    labels = np.array([0, 0, 0, 0, 1, 1, 2])
    x = embed(labels)
    draw = jax.jit(jax.vmap(lambda key: random_triplets(x, labels, key=key)))
    found = draw(jax.random.split(KEY, 3000))
    for i, (positives, negatives) in enumerate(candidates(labels, i) for i in range(6)):
        for column, allowed in ((found.positive, positives), (found.negative, negatives)):
            share = np.bincount(np.asarray(column)[:, i], minlength=7) / 3000
            np.testing.assert_allclose(share[allowed], 1 / len(allowed), atol=0.04)
            assert share.sum() == pytest.approx(share[allowed].sum())
    pairs = set(
        zip(
            np.asarray(found.positive)[:, 0].tolist(),
            np.asarray(found.negative)[:, 0].tolist(),
            strict=True,
        )
    )
    assert len(pairs) == 3 * 3  # the two choices do not hang together


@each_batch
@each_miner
def test_jit_equals_eager_and_a_loss_over_them_has_finite_gradients(labels, miner):
    x = embed(labels)

    def loss(x):
        found = miner(x, labels)
        a, p, n = (x[part] for part in found[:3])
        return mean_of_real(triplet_loss(a, p, n, margin=0.6), found.is_real)

    for eager, jitted in zip(miner(x, labels), jax.jit(miner)(x, labels), strict=True):
        np.testing.assert_array_equal(eager, jitted)
    value, slope = jax.jit(jax.value_and_grad(loss))(x)
    assert np.isfinite(value) and np.isfinite(slope).all()
    if len(set(labels.tolist())) in (1, len(labels)):
        assert value == 0 and (np.asarray(slope) == 0).all()


@each_miner
def test_collapsed_and_zero_embeddings_are_mined_without_a_fuss(miner):
    labels = BATCHES["P x K"]
    for x in (np.ones((24, 3)), np.zeros((24, 3))):
        found = miner(x, labels)
        assert bool(found.is_real.all()) or not bool(found.is_real.any())


def test_hardest_pays_at_least_what_any_choice_pays():
    labels, key = BATCHES["unequal"], jax.random.key(3)
    x = embed(labels)

    def rows(found):
        return np.asarray(triplet_loss(*(jnp.asarray(x)[part] for part in found[:3])))

    hard = rows(hardest_triplets(x, labels))
    for seed in jax.random.split(key, 20):
        assert (hard >= rows(random_triplets(x, labels, key=seed)) - 1e-6).all()


@each_miner
@pytest.mark.parametrize(
    ("embeddings", "labels", "message"),
    [
        (np.ones((3, 2)), np.ones(2), "3 embeddings but 2 labels"),
        (np.ones(3), np.ones(3), r"embeddings has shape \(3,\)"),
        (np.ones((3, 2)), np.ones((3, 1)), r"labels has shape \(3, 1\)"),
        (np.ones((0, 2)), np.ones(0), "empty"),
        (np.full((3, 2), np.nan), np.ones(3), "holds nan"),
    ],
)
def test_bad_input_is_quoted(miner, embeddings, labels, message):
    with pytest.raises(ValueError, match=message):
        miner(embeddings, labels)


def test_a_negative_margin_is_quoted():
    with pytest.raises(ValueError, match="margin is -0.1"):
        semi_hard_triplets(np.ones((2, 2)), np.zeros(2), key=KEY, margin=-0.1)
