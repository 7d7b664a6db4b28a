"""The hard exercises of 08 to 12: what is derived is found again without the derivation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from siamese_lib.checks import progress
from siamese_lib.checks.notebooks import choosing_hard
from siamese_lib.energy import euclidean_distance
from siamese_lib.losses import contrastive_loss, pairwise_cross_entropy


def right(name):
    """The right answer to an exercise."""
    return progress.exercises(name.partition(".")[0])[name].right


def test_three_points_come_to_rest_where_their_labels_do_not_fit():
    first, second, is_same = np.array([0, 1, 0]), np.array([1, 2, 2]), np.array([1, 1, 0])

    def losses(points):
        return contrastive_loss(
            euclidean_distance(points[first], points[second]), is_same, margin=1.0
        )

    step = jax.jit(lambda points: points - 0.1 * jax.grad(lambda p: losses(p).sum())(points))
    points = jnp.asarray(np.random.default_rng(0).normal(size=(3, 2)))
    for _ in range(1000):
        points = step(points)
    ab, bc, ac = euclidean_distance(points[first], points[second])
    asked = right("contrastive.5")
    np.testing.assert_allclose([ab, bc, ac], [asked["AB"], asked["AB"], asked["AC"]], atol=1e-4)
    assert losses(points).sum() == pytest.approx(asked["loss"], abs=1e-4)
    called_same = np.array([ab, bc, ac]) < 0.5
    assert (called_same == is_same).sum() == asked["obeyed"]


def test_no_better_shift_and_no_smaller_weight_is_found_by_trying():
    h = np.eye(3, dtype=np.float32)
    apart = euclidean_distance(h[[0, 0]], h[[0, 1]])  # a same pair and a different one

    def loss(weight, shift):
        return pairwise_cross_entropy(weight * apart - shift, np.array([0, 1])).mean()

    def lowest(weight):
        return min(loss(weight, shift) for shift in np.linspace(0, weight * apart[1], 101))

    asked = right("pairwise.5")
    assert loss(1.0, 0.0) == pytest.approx(asked["plain"], abs=1e-5)
    assert lowest(1.0) == pytest.approx(asked["shifted"], abs=1e-5)
    assert lowest(asked["weight"]) == pytest.approx(0.01, abs=1e-5)
    assert lowest(0.99 * asked["weight"]) > 0.0101


def test_so_low_a_loss_leaves_no_fewer_in_the_right_order():
    rng = np.random.default_rng(0)
    few = []
    for _ in range(5000):
        count = rng.integers(11)
        gaps = np.r_[rng.uniform(0.2, 0.5, count), rng.uniform(-0.05, 0, 10 - count)]
        loss = np.maximum(choosing_hard.MARGIN - gaps, 0).mean()
        few += [(gaps > 0).sum()] if loss <= 0.1 else []
    assert min(few) == choosing_hard.FEWEST


@pytest.mark.parametrize("answer", [1, "low", {}, {"low": 3, "high": [1, 2]}, {"low": ["a"] * 10}])
def test_what_is_no_two_lists_is_said_to_be_none(answer):
    assert choosing_hard.trait(answer) == "these are not two lists of ten numbers"


def test_labels_laid_over_every_pair_leave_one_distance():
    energies = np.linspace(0, 1, 101)[:, None] * np.ones(8)
    is_same = np.repeat([1, 0, 0, 0], 2)[:, None]  # [8, 1], as in the notebook
    losses = [np.mean(is_same * e**2 + (1 - is_same) * np.maximum(1 - e, 0) ** 2) for e in energies]
    asked = right("debugging.5")
    assert energies[np.argmin(losses)][0] == pytest.approx(asked["distance"])
    assert min(losses) == pytest.approx(asked["loss"])
    with pytest.raises(ValueError, match="shapes differ"):
        contrastive_loss(energies[0], is_same, margin=1.0)


def pushes(workers, rows):
    """(the loss, the share of pushes on positive 0), as in L1, where nothing is sent back."""
    batch, anchors = workers * rows, jnp.eye(workers * rows)

    def loss(positives):
        total = 0
        for own in jnp.split(jnp.arange(batch), workers):
            gathered = jax.lax.stop_gradient(positives).at[own].set(positives[own])
            s = anchors[own] @ gathered.T
            mean = (s.sum(1) - s[jnp.arange(rows), own]) / (batch - 1)
            total += jnp.maximum(mean - s[jnp.arange(rows), own] + 9, 0).mean() / workers
        return total

    positives = jnp.eye(batch)[::-1]
    gradient = jax.grad(loss)(positives)[0] * batch  # by positive 0: an entry for each anchor
    assert gradient[0] == pytest.approx(-1, abs=1e-5)  # the pull is whole
    return float(loss(positives)), float(gradient[1:].sum())


def test_the_loss_is_whole_and_the_pushes_of_other_workers_are_lost():
    whole, every = pushes(1, 256)
    split, some = pushes(4, 64)
    assert every == pytest.approx(1, abs=1e-5)
    assert split == pytest.approx(whole, abs=1e-5)
    assert some == pytest.approx(right("scaling.4")["workers"], abs=1e-5)
    size = 256 * 64 * 4
    assert right("scaling.4")["bytes"] == size - size // 4
