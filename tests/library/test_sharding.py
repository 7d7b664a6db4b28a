"""One run on 1, 2 and 4 simulated devices: the same losses and weights, and the same negatives."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from siamese_lib.training.sharding import split_over

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
import jax, numpy as np, optax
from flax import nnx
from siamese_lib.encoders import QuestionEncoder, SiameseNetwork
from siamese_lib.losses import info_nce_loss, modified_triplet_loss
from siamese_lib.encoders import ResidualEncoder
from siamese_lib.training import fit

rng = np.random.default_rng(0)
auto = (jax.sharding.AxisType.Auto,)
mesh = jax.make_mesh((jax.device_count(),), ("batch",), axis_types=auto)
images = [tuple(rng.random((2, 8, 8, 8), dtype=np.float32)) for _ in range(3)]
tokens = [tuple(rng.integers(1, 20, (2, 8, 5))) for _ in range(3)]
tower = ResidualEncoder(image_size=8, channels=(4, 6), embedding_dim=5, rngs=nnx.Rngs(0))
encoder = QuestionEncoder(20, embedding_dim=6, hidden_dim=6, rngs=nnx.Rngs(0))
runs = [
    (tower, lambda m, a, p: info_nce_loss(m(a), m(p)).mean(), images),
    (SiameseNetwork(encoder), lambda m, a, p: modified_triplet_loss(*m(a, p)), tokens),
]
found = []
for model, loss, batches in runs:
    history = fit(model, loss, lambda epoch: batches, epochs=2, optimizer=optax.sgd(0.1),
                  progress=False, mesh=mesh)
    leaves = jax.tree.leaves(nnx.state(model, nnx.Not(nnx.RngState)))
    weights = np.concatenate([np.ravel(leaf) for leaf in leaves])
    spread = {len(leaf.sharding.device_set) for leaf in leaves}
    found.append([history["loss"], weights.tolist(), sorted(spread)])
json.dump(found, open(sys.argv[1], "w"))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """What SCRIPT finds with so many devices."""

    def on(devices):
        target = tmp_path_factory.mktemp("mesh") / "found.json"
        flags = f"--xla_force_host_platform_device_count={devices}"
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(target)], check=True, cwd=ROOT,
            env=os.environ | {"XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"},
        )  # fmt: skip
        return json.loads(target.read_text())

    alone = on(1)
    return lambda devices: (alone, on(devices))


@pytest.mark.parametrize("devices", [2, 4])
def test_many_devices_give_the_losses_and_weights_of_one(run, devices):
    alone, together = run(devices)
    for (losses, weights, _), (losses_there, weights_there, spread) in zip(
        alone, together, strict=True
    ):
        np.testing.assert_allclose(losses_there, losses, atol=1e-5)
        np.testing.assert_allclose(weights_there, weights, atol=1e-4)
        assert spread == [devices]


@pytest.mark.parametrize(("value", "said"), [
    (np.zeros((3, 2)), "a batch has 3 rows for 2 devices; .* multiple of 2"),
    (0.25, "a batch holds the single value 0.25, which has no rows for 2 devices"),
])  # fmt: skip
def test_rows_that_do_not_divide_are_an_error(value, said):
    two_devices = SimpleNamespace(axis_names=("batch",), size=2)
    with pytest.raises(ValueError, match=said):
        split_over(two_devices, (np.zeros((2, 2)), value))
