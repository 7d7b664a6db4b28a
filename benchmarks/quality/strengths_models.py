"""Known letters, few examples: a Siamese network beside a plain classifier with the same encoder.

Part of strengths.py. Both see as many pictures a step, for as many steps, with the same
learning rate, and both see every example moved by up to two pixels, anew each time. In the
classifier the encoder's last layer gives a logit for each letter in place of an embedding.
"""

import time
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from scipy.special import softmax

from siamese_lib.datasets import load_glyphs
from siamese_lib.encoders import ImageEncoder, SiameseNetwork, halve
from siamese_lib.energy import l2_normalize
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.training import encode, fit

LETTERS, DRAWINGS, POOL, HELD = 50, 60, 40, 10  # held: for validation, and as many for the test
PAIRS, STEPS, EPOCHS = 48, 20, 6  # pairs in a Siamese batch, a classifier's has twice as many rows
CHANNELS = (16, 32, 64)
RICH, MANY, FEW = 10, 40, 2  # the imbalance: letters with many examples, how many, and the others'
ENOUGH = 0.8  # the accuracy to which training time is taken


class Letters(NamedTuple):
    """pool, validation, test [LETTERS, drawings, 28, 28]: other drawings of the same letters."""

    pool: np.ndarray
    validation: np.ndarray
    test: np.ndarray


class Run(NamedTuple):
    """What a trained model says of held-out drawings [LETTERS * HELD, LETTERS], and its course."""

    validation: np.ndarray
    test: np.ndarray
    course: list  # accuracy on validation drawings after each epoch
    seconds: float  # processor time of an epoch, compilation left out


class Classifier(ImageEncoder):
    """The encoder's layers with a logit for each known letter at the end: no unit vectors."""

    def __init__(self, seed):
        super().__init__(channels=CHANNELS, embedding_dim=LETTERS, rngs=nnx.Rngs(seed))

    def __call__(self, images):
        x = jnp.asarray(images)[..., None]
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = halve(nnx.relu(norm(convolution(x))))
        return self.head(x.reshape(len(x), -1))


def draw_letters(seed):
    train = load_glyphs("train", drawings=DRAWINGS)
    by_letter = np.argsort(train.label, kind="stable").reshape(-1, DRAWINGS)
    random = np.random.default_rng(seed)
    chosen = by_letter[random.choice(len(by_letter), LETTERS, replace=False)]
    images = train.images[random.permuted(chosen, axis=1)]
    return Letters(*np.split(images, [POOL, POOL + HELD], axis=1)[:2], images[:, -HELD:])


def siamese(letters, counts, seed):
    """Pairs of one letter, all letters equally often; scored by the cosine to the prototypes."""

    def batches(epoch):
        random = np.random.default_rng((seed, epoch))
        for _ in range(STEPS):
            letter = random.choice(LETTERS, PAIRS, replace=False)
            first = random.integers(counts[letter])
            step = random.integers(1, np.maximum(counts[letter], 2))  # a lone example: itself
            second = (first + step) % counts[letter]
            yield tuple(_moved(letters.pool[letter, n], random) for n in (first, second))

    def loss(model, anchor, positive):
        h1, h2 = model(anchor, positive)
        there, back = (
            modified_triplet_loss(*h, margin=0.4, negatives="hardest") for h in ((h1, h2), (h2, h1))
        )
        return (there + back) / 2

    def scores(model, images):
        examples = [letters.pool[n, :count] for n, count in enumerate(counts)]
        vectors = np.split(encode(model.encoder, np.concatenate(examples)), np.cumsum(counts)[:-1])
        means = l2_normalize(np.stack([own.mean(axis=0) for own in vectors]))
        return encode(model.encoder, _flat(images)) @ np.asarray(means).T

    model = SiameseNetwork(ImageEncoder(channels=CHANNELS, rngs=nnx.Rngs(seed)))
    return _run(model, loss, batches, scores, letters, EPOCHS)


def classifier(letters, counts, seed, *, is_even=True, epochs=EPOCHS):
    """Softmax over the letters; with is_even all letters equally often, otherwise all examples."""
    chance = None if is_even else counts / counts.sum()

    def batches(epoch):
        random = np.random.default_rng((seed, epoch))
        for _ in range(STEPS):
            letter = random.choice(LETTERS, 2 * PAIRS, p=chance)
            images = letters.pool[letter, random.integers(counts[letter])]
            yield _moved(images, random), letter

    def loss(model, images, letter):
        return optax.softmax_cross_entropy_with_integer_labels(model(images), letter).mean()

    def scores(model, images):
        return encode(model, _flat(images))

    return _run(Classifier(seed), loss, batches, scores, letters, epochs)


def right(scores, rows=slice(None)):
    """Accuracy on held-out drawings; each letter has as many, so it is the balanced accuracy."""
    is_right = scores.argmax(axis=1).reshape(LETTERS, HELD) == np.arange(LETTERS)[:, None]
    return float(is_right[rows].mean())


def probabilities(run):
    """Softmax of the test scores, stretched as suits the validation drawings best."""
    stretches = np.geomspace(0.25, 64, 25)
    truth = np.repeat(np.arange(LETTERS), HELD)

    def cost(stretch):
        p = softmax(stretch * run.validation, axis=1)[np.arange(len(truth)), truth]
        return -np.log(p + 1e-12).mean()

    return softmax(min(stretches, key=cost) * run.test, axis=1)


def steps_until_enough(run):
    """Steps after which ENOUGH of the validation drawings are right; None where never."""
    return next(((n + 1) * STEPS for n, score in enumerate(run.course) if score >= ENOUGH), None)


def _run(model, loss, batches, scores, letters, epochs):
    clock, spent = [time.process_time()], []

    def validate(model):
        spent.append(time.process_time() - clock[-1])
        return right(scores(model, letters.validation))

    history = fit(
        model, loss, batches, epochs=epochs, progress=False, validate=validate,
        optimizer=optax.adam(optax.warmup_cosine_decay_schedule(0, 3e-3, STEPS, epochs * STEPS)),
        on_epoch=lambda history: clock.append(time.process_time()),
    )  # fmt: skip
    held = scores(model, letters.validation), scores(model, letters.test)
    return Run(*held, history["validation"], float(np.mean(spent[1:])))


def _flat(images):
    return images.reshape(-1, 28, 28)


def _moved(images, random, most=2):
    """Each picture moved by up to `most` pixels; what leaves on one side is paper."""
    rows, columns = random.integers(-most, most + 1, size=(2, len(images), 1))
    y, x = np.arange(28) + rows, np.arange(28) + columns
    wide = np.pad(images, ((0, 0), (most, most), (most, most)))
    return wide[np.arange(len(images))[:, None, None], y[:, :, None] + most, x[:, None, :] + most]
