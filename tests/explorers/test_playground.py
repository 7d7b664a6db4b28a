"""The playground: its losses, miners, gradients and steps are siamese_lib's and optax's."""

import itertools
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from siamese_lib.energy import euclidean_distance, l2_normalize
from siamese_lib.explorers.playground import PlaygroundPicture
from siamese_lib.losses import (
    contrastive_loss,
    hardest_triplets,
    info_nce_loss,
    mean_of_real,
    modified_triplet_loss,
    random_triplets,
    semi_hard_triplets,
    triplet_loss,
)

HIDDEN, STEPS, SIZE = 16, 20, 12
LABELS, SAME = np.arange(SIZE) % 3, np.arange(SIZE) // 3 % 2
CASES = [
    ("triplet", "random", 2), ("triplet", "semi-hard", 2), ("triplet", "hardest", 2),
    ("contrastive", "", 2), ("modified", "closest", 2), ("modified", "hardest", 2),
    ("info_nce", "", 2), ("triplet", "semi-hard", 64),
]  # fmt: skip


def start(inputs):
    """The weights of three layers, the last without biases, from numpy's generator."""
    rng, sizes = np.random.default_rng(5), [inputs, HIDDEN, HIDDEN, 2]
    layers = [
        [rng.normal(size=pair) / np.sqrt(pair[0]), 0.1 * rng.normal(size=pair[1])]
        for pair in itertools.pairwise(sizes)
    ]
    del layers[-1][1]
    return jax.tree.map(jnp.asarray, layers)


def flat(layers):
    """As the playground has them: each kernel row by row, then its biases."""
    return np.concatenate([np.ravel(part) for layer in layers for part in layer]).astype(float)


def batches(loss, inputs):
    """(inputs, draws) for jax and, with the same numbers, a dict for the playground.

    Three classes overlap. Of pairs, the left sides come first; every other contrastive pair
    is genuine, and all others are.
    """
    rng = np.random.default_rng(8)
    middles = rng.normal(size=(3, inputs)) / np.sqrt(inputs)
    right = (LABELS + 1 - SAME) % 3 if loss == "contrastive" else LABELS
    rows = LABELS if loss == "triplet" else np.concatenate([LABELS, right])
    for step in range(STEPS):
        x = middles[rows] + rng.normal(size=(len(rows), inputs)) / np.sqrt(inputs)
        key = jax.random.key(step)
        draws = np.asarray(jax.random.uniform(key, (SIZE, SIZE)), float)
        yield (x, key), {
            "inputs": x.ravel().tolist(), "labels": LABELS.tolist(), "pairs": SIZE,
            "isSame": SAME.astype(bool).tolist(), "draws": draws.ravel().tolist(),
        }  # fmt: skip


def tower(layers, x):
    *hidden, (kernel,) = layers
    for weights, bias in hidden:
        x = jnp.tanh(x @ weights + bias)
    return x @ kernel


def loss_of(loss, miner, margin, temperature):
    """The mean loss of a batch in the library's own words."""

    def triplets(h, key):
        return {
            "random": lambda: random_triplets(h, LABELS, key=key),
            "semi-hard": lambda: semi_hard_triplets(h, LABELS, key=key, margin=margin),
            "hardest": lambda: hardest_triplets(h, LABELS),
        }[miner]()

    def mean(layers, x, key):
        h = tower(layers, x)
        if loss == "contrastive":
            left, right = jnp.split(h, 2)
            return contrastive_loss(euclidean_distance(left, right), SAME, margin=margin).mean()
        h = l2_normalize(h)
        if loss == "triplet":
            found = triplets(h, key)
            rows = (h[found.anchor], h[found.positive], h[found.negative])
            return mean_of_real(triplet_loss(*rows, margin=margin), found.is_real)
        left, right = jnp.split(h, 2)
        if loss == "modified":
            return modified_triplet_loss(left, right, margin=margin, negatives=miner)
        return info_nce_loss(left, right, temperature=temperature).mean()

    return mean


def train(loss, miner, settings, layers):
    """Losses and gradients of 20 steps, and the weights after them, by jax and optax."""
    adam, inputs = optax.adam(settings["rate"]), settings["inputs"]
    state = adam.init(layers)
    mean = loss_of(loss, miner, settings["margin"], settings["temperature"])
    measure, losses, gradients = jax.jit(jax.value_and_grad(mean)), [], []
    for (x, key), _ in batches(loss, inputs):
        value, gradient = measure(layers, jnp.asarray(x), key)
        losses.append(float(value))
        gradients.append(flat(gradient))
        change, state = adam.update(gradient, state)
        layers = optax.apply_updates(layers, change)
    return losses, gradients, flat(layers)


def settings_of(loss, miner, inputs, rate):
    margin = 1.0 if loss == "contrastive" else 0.25
    return {
        "loss": loss, "miner": miner, "margin": margin, "temperature": 0.2, "rate": rate,
        "inputs": inputs,
    }  # fmt: skip


def compare(call_program, loss, miner, layers, rate):
    """((losses, gradients, weights) of the page's own program, the same of jax)."""
    inputs = len(layers[0][0])
    settings = settings_of(loss, miner, inputs, rate)
    given = [batch for _, batch in batches(loss, inputs)]
    begin = flat(layers).tolist()
    (shown,) = call_program(PlaygroundPicture, "train", [[begin, given, settings]])
    page = shown["losses"], shown["gradients"], shown["weights"]
    return page, train(loss, miner, settings, layers)


@pytest.mark.parametrize(("loss", "miner", "inputs"), CASES)
def test_losses_and_gradients_are_the_library_s(call_program, loss, miner, inputs):
    # At a rate of 0 all batches meet the same weights.
    (losses, gradients, _), expected = compare(call_program, loss, miner, start(inputs), 0.0)
    np.testing.assert_allclose(losses, expected[0], atol=1e-5, rtol=0)
    np.testing.assert_allclose(gradients, expected[1], atol=1e-5, rtol=0)
    assert np.median([np.abs(gradient).max() for gradient in gradients]) > 1e-2


@pytest.mark.parametrize(("loss", "miner", "inputs"), CASES)
def test_collapsed_embeddings_have_the_library_s_loss_too(call_program, loss, miner, inputs):
    zeros = jax.tree.map(jnp.zeros_like, start(inputs))
    (losses, gradients, _), expected = compare(call_program, loss, miner, zeros, 0.0)
    np.testing.assert_allclose(losses, expected[0], atol=1e-5, rtol=0)
    np.testing.assert_allclose(gradients, expected[1], atol=1e-5, rtol=0)


@pytest.mark.parametrize(("loss", "miner", "inputs"), CASES)
def test_twenty_steps_lead_to_the_weights_of_optax(call_program, loss, miner, inputs):
    # JavaScript counts with 64 bits. With 32, rounding may choose another negative on the way.
    with jax.enable_x64(True):
        (_, _, weights), expected = compare(call_program, loss, miner, start(inputs), 0.01)
    np.testing.assert_allclose(weights, expected[2], atol=1e-4, rtol=0)
    assert np.abs(weights - flat(start(inputs))).max() > 0.05


DRAWN = """
export function drawn(settings, steps) {
  const data = makeData(settings.data, settings.seed, null);
  return Array.from({ length: steps }, (_, step) => {
    const { rows, isSame } = drawBatch(data, settings, step);
    return { rows, isSame: isSame ?? null, classes: rows.map((row) => data.labels[row]) };
  });
}"""


def drawn(call_program, **settings):
    """What the playground draws for 30 steps: row numbers, and the class of each."""
    picture = SimpleNamespace(_esm=PlaygroundPicture._esm + DRAWN)
    return call_program(picture, "drawn", [[{"seed": 0, "batch": 32, **settings}, 30]])[0]


@pytest.mark.parametrize(("data", "classes"), [("moons", 2), ("rings", 3), ("blobs", 6)])
def test_classes_take_turns_in_a_batch(call_program, data, classes):
    for batch in drawn(call_program, data=data, loss="triplet"):
        assert len(set(batch["rows"])) == 32
        counts = np.bincount(batch["classes"], minlength=classes)
        assert counts.max() - counts.min() <= 1
    for batch in drawn(call_program, data=data, loss="modified"):
        left, right = np.split(np.array(batch["rows"]), 2)
        assert (left != right).all()
        assert batch["classes"][:32] == batch["classes"][32:]
    genuine = []
    for batch in drawn(call_program, data=data, loss="contrastive"):
        left, right = np.split(np.array(batch["classes"]), 2)
        assert batch["isSame"] == (left == right).tolist()
        genuine += batch["isSame"]
    assert 0.4 < np.mean(genuine) < 0.6


def test_false_negatives_are_counted(call_program):
    cases = [(32, 6), (32, 2), (12, 6), (6, 6), (2, 3), (7, 3)]
    shown = call_program(PlaygroundPicture, "falseNegatives", cases)
    for share, (batch, classes) in zip(shown, cases, strict=True):
        labels = np.arange(batch) % classes
        same = (labels[:, None] == labels)[~np.eye(batch, dtype=bool)]
        assert share == pytest.approx(same.mean())


def test_a_seed_decides_everything(call_program):
    first = drawn(call_program, data="rings", loss="triplet")
    assert first == drawn(call_program, data="rings", loss="triplet")
    assert first != drawn(call_program, data="rings", loss="triplet", seed=1)
    assert len({tuple(batch["rows"]) for batch in first}) == 30
