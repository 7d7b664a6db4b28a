"""The blockwise loss on 1, 2, 4 and 8 simulated devices: one value, one gradient, shared memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
import jax, numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec
from siamese_lib.losses import modified_triplet_loss

rng = np.random.default_rng(0)
found = []
for batch, block_size in json.loads(sys.argv[2]):
    pair = rng.normal(size=(2, batch, 5)).astype(np.float32)
    for negatives in ("closest", "hardest"):
        def loss(a, p):
            return modified_triplet_loss(a, p, negatives=negatives, block_size=block_size)
        step = jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))
        whole = jax.value_and_grad(
            lambda a, p: modified_triplet_loss(a, p, negatives=negatives), argnums=(0, 1))(*pair)
        for shape in ((1,), (2,), (4,), (8,), (4, 2)):
            names, devices = ("x", "y")[: len(shape)], np.array(jax.devices())[: np.prod(shape)]
            mesh = Mesh(devices.reshape(shape), names, axis_types=(AxisType.Auto,) * len(shape))
            spec = PartitionSpec(names if batch % len(devices) == 0 else None)
            placed = [jax.device_put(x, NamedSharding(mesh, spec)) for x in pair]
            with jax.set_mesh(mesh):
                value, gradients = step(*placed)
            four = value, whole[0], gradients, whole[1]
            found.append([np.array(part).tolist() for part in four])

def memory(devices):
    mesh = Mesh(np.array(jax.devices()[:devices]), ("x",), axis_types=(AxisType.Auto,))
    rows = NamedSharding(mesh, PartitionSpec("x"))
    shape = jax.ShapeDtypeStruct((4096, 8), "float32", sharding=rows)
    with jax.set_mesh(mesh):
        step = jax.jit(jax.grad(lambda a, p: modified_triplet_loss(a, p, block_size=512)))
        return step.lower(shape, shape).compile().memory_analysis().temp_size_in_bytes

json.dump([found, memory(1), memory(8)], open(sys.argv[1], "w"))
"""
# (batch, block_size): blocks that divide, that do not, of one row; rows that do not divide.
SIZES = [(16, 8), (16, 1), (13, 4), (9, 8)]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    target = tmp_path_factory.mktemp("loss") / "found.json"
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(target), json.dumps(SIZES)], check=True, cwd=ROOT,
        env=os.environ | {"JAX_PLATFORMS": "cpu", "JAX_NUM_CPU_DEVICES": "8"},
    )  # fmt: skip
    return json.loads(target.read_text())


def test_devices_give_the_value_and_gradient_of_the_whole_matrix(found):
    assert len(found[0]) == len(SIZES) * 2 * 5
    for value, expected, gradients, expected_gradients in found[0]:
        np.testing.assert_allclose(value, expected, atol=1e-5)
        np.testing.assert_allclose(gradients, expected_gradients, atol=1e-5)


def test_devices_share_the_block(found):
    """Temporaries of the compiled program; an eighth, beside what does not depend on the block."""
    _, alone, shared = found
    assert shared < alone / 5
