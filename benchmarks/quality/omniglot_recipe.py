"""The training that the Omniglot benchmarks share: what is drawn, how it is distorted, the loss."""

import json
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from siamese_lib.datasets import distort, load_omniglot, rotate_quarter
from siamese_lib.encoders import ResidualEncoder
from siamese_lib.losses import info_nce_loss
from siamese_lib.training import fit

CORES = 2
SOURCE, SIZE = 42, 28  # side of the stored pictures, side of what the network sees
DRAWINGS = 20  # of each character
CHARACTERS = 128  # in a batch, two drawings of each
STEPS_AN_EPOCH = 100
LEARNING_RATE, WEIGHT_DECAY = 3e-3, 1e-4
TEMPERATURE = 0.1
SMALL = {"channels": (16, 32, 64, 128), "embedding_dim": 64}
LARGE = {"channels": (32, 64, 128, 256), "embedding_dim": 128}
DISTORTION = {"rotation": 10, "shear": 0.2, "scale": 1.2, "shift": 2.0, "bend": 0.5}


def use_one_device_per_core():
    """Each core then does its half of a batch and waits for nothing. Before jax does anything."""
    jax.config.update("jax_num_cpu_devices", CORES)


def load_background(*, without=0):
    """(training set, kept back): of the 30 background alphabets the last `without` are kept."""
    data = load_omniglot("background", size=SOURCE)
    is_kept = np.isin(data.alphabet, np.unique(data.alphabet)[30 - without :])
    return tuple(type(data)(*(field[rows] for field in data)) for rows in (~is_kept, is_kept))


def draw_batches(data, seed):
    """An epoch of (anchor, positive): whole alphabets, each turned or mirrored in its own way.

    Letters of one alphabet are the hardest to tell apart, so a batch takes all of an alphabet's
    before it goes on to the next, in random order, until it has enough.
    """
    random = np.random.default_rng(seed)
    images = jnp.asarray(data.images)
    alphabet = data.alphabet[::DRAWINGS]
    for key in draw_keys(random):
        order = random.permuted(np.unique(alphabet))
        pool = np.concatenate([random.permutation(np.flatnonzero(alphabet == a)) for a in order])
        drawn = pool[:CHARACTERS]
        turns = random.integers(8, size=alphabet.max() + 1)[alphabet[drawn]]
        hands = random.permuted(np.tile(np.arange(DRAWINGS), (CHARACTERS, 1)), axis=1)
        anchor, positive = drawn * DRAWINGS + hands[:, 0], drawn * DRAWINGS + hands[:, 1]
        yield pair(images, anchor, positive, turns, key)


def draw_keys(random):
    """A key for jax's random numbers for each step of an epoch."""
    return jax.random.split(jax.random.key(random.integers(2**31)), STEPS_AN_EPOCH)


def pair(images, anchor, positive, turns, key):
    """(anchor, positive) pictures: each distorted in its own way, both turned alike."""
    pictures = distort(images[np.r_[anchor, positive]], key, size=SIZE, **DISTORTION)
    pictures = rotate_quarter(pictures, np.tile(turns, 2))
    return pictures[: len(anchor)], pictures[len(anchor) :]


def loss(encoder, anchor, positive):
    """InfoNCE both ways; both sides in one pass, so that batch norm sees them together."""
    h1, h2 = jnp.split(encoder(jnp.concatenate([anchor, positive])), 2)
    there = info_nce_loss(h1, h2, temperature=TEMPERATURE).mean()
    back = info_nce_loss(h2, h1, temperature=TEMPERATURE).mean()
    return (there + back) / 2


def train(options, *, seed, steps, batches, checkpoint=None, validate=None):
    """(encoder, what it took) after so many steps; batches(seed) is an epoch of pairs."""
    encoder = ResidualEncoder(image_size=SIZE, **options, rngs=nnx.Rngs(seed))
    rate = optax.warmup_cosine_decay_schedule(0, LEARNING_RATE, steps // 20, steps)
    # Weight decay for kernels only: scales and shifts of batch norm have nothing to shrink.
    optimizer = optax.adamw(
        rate,
        b2=0.99,
        weight_decay=WEIGHT_DECAY,
        mask=lambda p: jax.tree.map(lambda a: a.ndim > 1, p),
    )
    auto = (jax.sharding.AxisType.Auto,)
    clock = Clock(checkpoint)
    history = fit(
        encoder, loss, lambda epoch: batches((seed, epoch)),
        epochs=steps // STEPS_AN_EPOCH, optimizer=optimizer, validate=validate,
        on_epoch=clock.tick, progress=False, checkpoint=checkpoint,
        mesh=jax.make_mesh((jax.device_count(),), ("batch",), axis_types=auto),
    )  # fmt: skip
    took = {"steps": len(history["loss"]), "last_loss": round(history["epoch_loss"][-1], 4)}
    if validate is not None:
        took["validation"] = history["validation"]
    return encoder, took | clock.total()


class Clock:
    """Seconds and processor seconds of each epoch, kept beside the checkpoint."""

    def __init__(self, folder):
        self.path = Path(folder) / "seconds.json" if folder else None
        kept = self.path is not None and self.path.exists()
        self.epochs = json.loads(self.path.read_text()) if kept else []
        self.now = time.perf_counter(), time.process_time()

    def tick(self, history):
        now = time.perf_counter(), time.process_time()
        self.epochs.append([new - old for new, old in zip(now, self.now, strict=True)])
        self.now = now
        if self.path is not None:
            self.path.write_text(json.dumps(self.epochs))
        epoch, seconds = len(history["epoch_loss"]), self.total()["training_seconds"]
        scores = [f"{score:.4f}" for score in history["validation"][-1:]]
        print(
            f"epoch {epoch} loss {history['epoch_loss'][-1]:.3f} {seconds} s", *scores, flush=True
        )

    def total(self):
        wall, cpu = np.sum(self.epochs, axis=0)
        return {
            "training_seconds": round(float(wall), 1),
            "processor_seconds": round(float(cpu), 1),
        }
