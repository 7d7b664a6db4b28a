"""The blockwise loss on several devices: memory and bytes exchanged per device, at 65,536 rows.

Usage: python -m benchmarks.speed.sharded_loss
Writes siamese_lib/data/results/sharded_loss.json.

Loss and gradient are compiled for 1, 2, 4 and 8 simulated devices, where the compiler says what
one device holds; with 8 they are run too, all in one process, whose peak of memory is measured.

A device needs all positives and holds rows / devices of them, so it receives the rest once:
rows x dim x 4 x (devices - 1) / devices bytes. As many come back in the backward pass, when each
device sums up what all others found for the gradients of its own positives. Neither grows with
the number of blocks; the mean of the losses adds a few bytes.
"""

import json
import re
import sys

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from benchmarks.measure import apart, describe, peak_mb, stopwatch, store
from siamese_lib.losses import modified_triplet_loss

ROWS, DIM = 65_536, 128
DEVICES, BLOCK_SIZES = (1, 2, 4, 8), (512, 1024)
ALONE_ROWS, ALONE_BLOCK = (8_192, 16_384, 32_768), 1024
MIB = 2**20
BYTES = {"f32": 4, "s32": 4, "u32": 4, "pred": 1}
# What a device receives, in sizes of the result, where the others each hold their part.
RECEIVED = {
    "all-gather": lambda devices: (devices - 1) / devices,
    "reduce-scatter": lambda devices: devices - 1,
    "all-reduce": lambda devices: 2 * (devices - 1) / devices,
    "collective-permute": lambda devices: 1,
    "all-to-all": lambda devices: (devices - 1) / devices,
}


def compiled(mesh, block_size, rows):
    """The program of loss and both gradients, and the layout of its two inputs."""
    layout = NamedSharding(mesh, PartitionSpec(mesh.axis_names))
    shape = jax.ShapeDtypeStruct((rows, DIM), "float32", sharding=layout)

    def loss(anchor, positive):
        return modified_triplet_loss(anchor, positive, block_size=block_size)

    with jax.set_mesh(mesh):
        step = jax.jit(jax.value_and_grad(loss, argnums=(0, 1)))
        return step.lower(shape, shape).compile(), layout


def mesh_of(devices):
    return Mesh(np.array(jax.devices()[:devices]), ("batch",), axis_types=(AxisType.Auto,))


def received(text, devices):
    """{operation: bytes that one device receives}, from a compiled program's text."""
    found = {}
    for line in text.splitlines():
        is_exchange = re.search(rf" = (.*?) ({'|'.join(RECEIVED)})(?:-start)?\(", line)
        if not is_exchange:
            continue
        if "while/body" in line:
            raise ValueError(f"an exchange in a loop happens more often than counted here: {line}")
        shapes, name = is_exchange.groups()
        size = sum(
            BYTES[kind] * int(np.prod([int(side) for side in sides.split(",") if side]))
            for kind, sides in re.findall(r"(\w+)\[([\d,]*)\]", shapes)
        )
        found[name] = found.get(name, 0) + round(size * RECEIVED[name](devices))
    return found


def compile_all():
    """What the compiler says for each number of devices and block size."""
    cases = []
    for block_size in BLOCK_SIZES:
        for devices in DEVICES:
            program, _ = compiled(mesh_of(devices), block_size, ROWS)
            memory = program.memory_analysis()
            exchanged = received(program.as_text(), devices)
            cases.append({
                "devices": devices,
                "block_size": block_size,
                "temporaries_mib": round(memory.temp_size_in_bytes / MIB, 1),
                "inputs_mib": round(memory.argument_size_in_bytes / MIB, 1),
                "outputs_mib": round(memory.output_size_in_bytes / MIB, 1),
                "one_block_mib": round(ROWS * block_size * 4 / devices / MIB, 1),
                "received_bytes": exchanged,
                "received_mib": round(sum(exchanged.values()) / MIB, 1),
            })  # fmt: skip
    return cases


def run_once(devices, block_size, rows):
    """Peak of this process's memory over that before, and seconds, for one loss and gradient."""
    sides = np.random.default_rng(0).normal(size=(2, rows, DIM)).astype(np.float32)
    sides /= np.linalg.norm(sides, axis=-1, keepdims=True)
    before = peak_mb()
    program, layout = compiled(mesh_of(devices), block_size, rows)
    took = stopwatch()
    value, gradients = jax.block_until_ready(program(*jax.device_put(tuple(sides), layout)))
    seconds, _ = took()
    if not (np.isfinite(value) and np.isfinite(gradients[1]).all()):
        raise ValueError(f"the loss is {value}, and it or a gradient is not finite")
    return {
        "devices": devices,
        "block_size": block_size,
        "rows": rows,
        "peak_mib_over_start": peak_mb() - before,
        "start_mib": before,
        "seconds": round(seconds, 1),
    }


def elsewhere(available, *call):
    """The value of a call of this file, in a process of its own with so many devices."""
    return apart(
        "-m", __spec__.name, *call, JAX_PLATFORMS="cpu", JAX_NUM_CPU_DEVICES=str(available)
    )  # fmt: skip


def main(call):
    """All of it; or, in a process that `elsewhere` started, the one call named."""
    if call:
        function = {"compile": compile_all, "run": run_once}[call[0]]
        print(json.dumps(function(*map(int, call[1:]))))
        return
    result = {
        "machine": describe(),
        "rows": ROWS,
        "dim": DIM,
        "compiled": elsewhere(8, "compile"),
        "run": elsewhere(8, "run", 8, BLOCK_SIZES[-1], ROWS),
        "alone": [elsewhere(1, "run", 1, ALONE_BLOCK, rows) for rows in ALONE_ROWS],
    }
    print(json.dumps(result, indent=1))
    store("sharded_loss", result)


if __name__ == "__main__":
    main(sys.argv[1:])
