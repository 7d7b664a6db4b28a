"""A checkpoint in a bucket: written to, and read from, an emulator of Google's storage."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
from flax import nnx
from gcp_storage_emulator.server import create_server

from siamese_lib.training import fit, load_best

ROOT = Path(__file__).parents[2]
BATCH = (np.eye(4, 3, dtype=np.float32), np.ones((4, 3), np.float32))


def model(seed=0):
    return nnx.Linear(3, 2, rngs=nnx.Rngs(seed))


def loss(model, x1, x2):
    return ((model(x1) - model(x2)) ** 2).mean()


def weights(model):
    return [np.array(leaf) for leaf in jax.tree.leaves(nnx.state(model, nnx.Param))]


def train(address, epochs, seed=0):
    trained = model(seed)
    history = fit(
        trained, loss, lambda e: [BATCH] * 2, epochs=epochs, progress=False, checkpoint=address
    )
    return trained, history


@pytest.fixture
def bucket():
    """(address in a bucket, environment that leads to it); the emulator ends with the test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = create_server("127.0.0.1", port, in_memory=True, default_bucket="bucket")
    server.start()
    url = f"http://127.0.0.1:{port}"
    yield "gs://bucket/run", {"STORAGE_EMULATOR_HOST": url, "TENSORSTORE_GCS_HTTP_URL": url}
    server.stop()


def test_a_run_goes_on_from_a_bucket_and_its_best_epoch_comes_back(bucket):
    """In a process of its own: the libraries read the emulator's address when they are loaded."""
    address, settings = bucket
    for attempt in range(3):
        code = (
            f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_buckets; "
            f"test_buckets.goes_on({f'{address}-{attempt}'!r})"
        )
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, env=os.environ | settings,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        # On a busy machine the emulator now and then answers without a generation. Not our doing.
        if "Malformed StorageGeneration" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr[-3000:]
    assert "went on" in done.stdout


def goes_on(address):
    whole, history = train(None, 3)
    train(address, 2)
    resumed, again = train(address, 3, seed=5)
    assert again == history
    assert all((a == b).all() for a, b in zip(weights(whole), weights(resumed), strict=True))
    best = model(seed=7)
    assert load_best(best, address) == 1 + int(np.argmin(history["epoch_loss"]))
    print("went on")
