"""One run on 1, 2, 4 and 8 devices and in two processes: the same losses, weights, checkpoints.

Run as a script, this file is one of those runs.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import optax
import pytest
from flax import nnx

from siamese_lib.losses import (
    hardest_triplets,
    info_nce_loss,
    mean_of_real,
    modified_triplet_loss,
    triplet_loss,
)
from siamese_lib.training import fit
from siamese_lib.training.launch import join, launch

HALF, ALL = 2, 4  # epochs


def modified(tower, anchor, positive):
    return modified_triplet_loss(unit(tower(anchor)), unit(tower(positive)))


def in_blocks(tower, anchor, positive):
    return modified_triplet_loss(unit(tower(anchor)), unit(tower(positive)), block_size=8)


def info_nce(tower, anchor, positive):
    return info_nce_loss(unit(tower(anchor)), unit(tower(positive))).mean()


def mined(tower, inputs, labels):
    rows = tower(inputs)
    found = hardest_triplets(rows, labels)
    chosen = rows[found.anchor], rows[found.positive], rows[found.negative]
    return mean_of_real(triplet_loss(*chosen), found.is_real)


def unit(rows):
    return rows / jax.numpy.linalg.norm(rows, axis=1, keepdims=True)


def batches(epoch):
    rng = np.random.default_rng(epoch)
    for _ in range(2):
        yield tuple(rng.normal(size=(2, 16, 6)).astype(np.float32))


def labelled_batches(epoch):
    for anchor, positive in batches(epoch):
        yield anchor + positive, np.arange(16) % 3


def train(loss, batches, shape, epochs=HALF, folder=None):
    """(losses, weights) of a small tower."""
    rngs = nnx.Rngs(0)
    dense = [nnx.Linear(6, 8, rngs=rngs), nnx.Dropout(0.1, rngs=rngs), nnx.Linear(8, 4, rngs=rngs)]
    tower = nnx.Sequential(*dense)
    history = fit(
        tower, loss, batches, epochs=epochs, optimizer=optax.sgd(0.1, momentum=0.9),
        progress=False, checkpoint=folder, mesh=jax.make_mesh(shape, ("x", "y")[: len(shape)]),
    )  # fmt: skip
    leaves = jax.tree.leaves(nnx.state(tower, nnx.Param))
    assert all(leaf.is_fully_addressable and leaf.is_fully_replicated for leaf in leaves)
    weights = np.concatenate([np.ravel(leaf) for leaf in leaves])
    return history["loss"], weights.tolist()


def uneven(shape):
    """What fit says to 17 rows."""
    try:
        train(info_nce, lambda epoch: [(np.ones((17, 6), np.float32),) * 2], shape)
    except ValueError as error:
        return str(error)


def train_all(folder, shape):
    """One run a loss, that of the first with a checkpoint (resumed with another form of it)."""
    return {
        "in blocks": train(in_blocks, batches, shape, folder=folder / "checkpoint"),
        "info nce": train(info_nce, batches, shape),
        "mined": train(mined, labelled_batches, shape),
    }


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """(folder, runs) on one device, and the first run when it is not stopped half-way."""
    folder = tmp_path_factory.mktemp("alone")
    return folder, train_all(folder, (1,)) | {"whole": train(modified, batches, (1,), ALL)}


def run(folder, shape, processes):
    """What each process of this file, run as a script, has found."""
    call = [__file__, str(folder), json.dumps(shape)]
    devices = int(np.prod(shape)) // processes
    if processes > 1:
        assert launch(call, processes=processes, devices=devices) == 0
    else:
        env = os.environ | {"JAX_PLATFORMS": "cpu", "JAX_NUM_CPU_DEVICES": str(devices)}
        subprocess.run([sys.executable, *call], env=env, check=True)
    return [json.loads((folder / f"found_{n}.json").read_text()) for n in range(processes)]


@pytest.mark.parametrize(("shape", "processes"), [((2,), 1), ((4,), 1), ((4, 2), 1), ((4,), 2)])
def test_any_layout_gives_the_run_of_one_device(alone, tmp_path, shape, processes):
    folder, runs = alone
    shutil.copytree(folder / "checkpoint", tmp_path / "earlier")
    for found in run(tmp_path, shape, processes):
        devices = int(np.prod(shape))
        assert f"17 rows for {devices} devices" in found.pop("uneven")
        for name, values in found.items():
            for value, expected in zip(values, runs[name], strict=True):
                np.testing.assert_allclose(value, expected, atol=1e-5, err_msg=name)
    # What these devices wrote, one device goes on with.
    resumed = train(modified, batches, (1,), ALL, tmp_path / "checkpoint")
    for value, expected in zip(resumed, runs["whole"], strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-5)


if __name__ == "__main__":
    join()
    folder, shape = Path(sys.argv[1]), json.loads(sys.argv[2])
    found = train_all(folder, shape) | {"uneven": uneven(shape)}
    found["whole"] = train(modified, batches, shape, ALL, folder / "earlier")
    (folder / f"found_{jax.process_index()}.json").write_text(json.dumps(found))
