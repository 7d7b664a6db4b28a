"""One rule for labels, wherever they are taken: any whole numbers, any words, of one kind."""

import jax
import numpy as np
import pytest

from siamese_lib.datasets import LabelledTexts, balanced_batches, pairs_from_labels
from siamese_lib.energy import l2_normalize
from siamese_lib.evaluation import evaluate_n_way, sample_episode
from siamese_lib.losses import (
    hardest_triplets,
    mean_of_real,
    random_triplets,
    semi_hard_triplets,
    triplet_loss,
)
from siamese_lib.text import duplicate_batches
from siamese_lib.training import diagnose
from siamese_lib.validate import class_numbers

N = 12
CLASS = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2])
ROWS = np.asarray(l2_normalize(np.random.default_rng(0).normal(size=(N, 5))), np.float32)
# The same three classes under other names, in the order of the numbers.
NAMED = {
    "wide numbers": np.array([1, 2**32 + 1, 2**33 + 1])[CLASS],
    "unsigned": np.array([2**63, 2**63 + 1, 2**64 - 1], np.uint64)[CLASS],
    "wide in a list": [[-(2**63), 2**62, 2**63 + 1][c] for c in CLASS],
    "words": np.array(["ada", "bob", "cyd"])[CLASS],
    "words in a list": [["ada", "bob", "cyd"][c] for c in CLASS],
    "words as objects": np.array(["ada", "bob", "cyd"], object)[CLASS],
    "bytes": np.array([b"ada", b"bob", b"cyd"])[CLASS],
    "floats": np.array([1.2, 1.7, 2.5])[CLASS],
    "small": CLASS.astype(np.int8),
    "jax": jax.numpy.asarray(CLASS),
}
KEY = jax.random.key(0)


def sampled(labels):
    episode = sample_episode(labels, n_way=3, k_shot=2, rng=np.random.default_rng(1))
    return [part.tolist() for part in episode]


TAKERS = {
    "hardest": lambda y: [part.tolist() for part in hardest_triplets(ROWS, y)],
    "random": lambda y: [part.tolist() for part in random_triplets(ROWS, y, key=KEY)],
    "semi-hard": lambda y: [part.tolist() for part in semi_hard_triplets(ROWS, y, key=KEY)],
    "balanced": lambda y: np.concatenate(
        list(balanced_batches(y, classes=2, per_class=2, steps=3, seed=0))
    ).tolist(),
    "episode": sampled,
    "n-way": lambda y: evaluate_n_way(lambda x: x, ROWS, y, n_way=3, k_shot=1, episodes=9, seed=0),
    "pairs": lambda y: (
        pairs_from_labels(LabelledTexts([f"text {i}" for i in range(N)], y)).question2
    ),
    "groups": lambda y: [
        side.tolist()
        for batch in duplicate_batches(1 + np.arange(N)[:, None], y, batch_size=3, seed=0)
        for side in batch
    ],
    "diagnose": lambda y: diagnose({"loss": [1.0, 0.5]}, ROWS, labels=y, batch=y),
}


@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
@pytest.mark.parametrize("labels", NAMED.values(), ids=NAMED)
def test_names_do_not_matter(take, labels):
    assert take(labels) == take(CLASS)


def test_wide_ids_meet_their_own_in_the_miner():
    found = hardest_triplets(np.eye(4, dtype=np.float32), np.array([2**32 + 1] * 2 + [1, 1]))
    assert found.is_real.all()


BAD = {
    "a number beside words": (["a", "b", 1] * 4, "mixes kinds of entries, 'a' and 1 at 2"),
    "words beside bytes": (["a", b"a", "b"] * 4, "mixes kinds of entries"),
    "None": (["a", "b", None] * 4, "holds None at 2"),
    "NaN": ([1.0, 2.0, float("nan")] * 4, "holds nan at 2"),
    "NaN in an array": (np.array([1.0, 2.0, np.nan] * 4), "holds NaN at 2"),
    "NaN among words": (np.array(["a", "b", np.nan] * 4, object), "holds nan at 2"),
    "a table": (np.zeros((12, 2)), r"has shape \(12, 2\)"),
    "rows of different lengths": ([[1], [1, 2]] * 6, "cannot become an array"),
    "nothing": ([], r"has shape \(0,\)"),
}


@pytest.mark.parametrize(("labels", "said"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("take", [TAKERS[name] for name in ("hardest", "balanced", "episode")])
def test_what_is_no_label_is_quoted(take, labels, said):
    with pytest.raises(ValueError, match=f"labels {said}.*all numbers or all words"):
        take(labels)


def test_under_jit_labels_pass_as_they_are():
    plain = hardest_triplets(ROWS, CLASS)
    compiled = jax.jit(hardest_triplets)(ROWS, CLASS)
    for a, b in zip(plain, compiled, strict=True):
        np.testing.assert_array_equal(a, b)
    assert class_numbers("labels", ["b", "a", "b"]).tolist() == [1, 0, 1]


def test_rows_left_out_by_a_miner_do_no_harm_to_a_bare_norm():
    def bare(x, y):
        return jax.numpy.sqrt(jax.numpy.sum((x - y) ** 2, axis=-1))

    labels = np.array([0, 0, *range(1, 11)])  # from the third on no row has a positive

    def cost(x):
        mined = hardest_triplets(x, labels)
        sides = (x[rows] for rows in mined[:3])
        return mean_of_real(triplet_loss(*sides, distance=bare), mined.is_real)

    slope = jax.grad(cost)(jax.numpy.asarray(ROWS))
    assert np.isfinite(slope).all() and (slope != 0).any()
