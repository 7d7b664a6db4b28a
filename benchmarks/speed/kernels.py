"""What each kernel written by hand gains: its time beside the plain layer's, forward and backward.

Usage: python -m benchmarks.speed.kernels
Writes siamese_lib/data/results/kernels.json.

Both are compiled, give the same values and gradients, and take turns in one process, so that a busy
moment slows both. gain: the plain one's time over ours, median of the turns; 1.1 is a tenth.
"""

import statistics

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from benchmarks.measure import describe, stopwatch, store
from siamese_lib.encoders import halve
from siamese_lib.encoders.recurrence import _forward, lstm_states
from siamese_lib.encoders.residual import _BatchNorm

TURNS = 15
rng = np.random.default_rng(0)


def normal(*shape):
    return jnp.asarray(rng.normal(size=shape).astype(np.float32))


def lstm(time, batch, dim):
    """All states and the last cell; the plain one is the same scan, differentiated by jax."""
    given = normal(time, batch, dim), 0.1 * normal(2 * dim, 4 * dim), normal(4 * dim)
    start = jnp.zeros((batch, dim))
    ours = lambda x, kernel, bias: lstm_states(x, kernel, bias, start, start)[0]  # noqa: E731
    plain = lambda x, kernel, bias: _forward(x, kernel, bias, start, start, jnp.float32)[0][0]  # noqa: E731
    return ours, plain, given


def batch_norm(batch, side, channels):
    """While training; the plain one is nnx.BatchNorm."""
    given = (normal(batch, side, side, channels),)
    flax = nnx.BatchNorm(channels, rngs=nnx.Rngs(0))
    return _pure(_BatchNorm(channels, scale=1)), _pure(flax), given


def _pure(layer):
    graph, state = nnx.split(layer)
    return lambda x: nnx.merge(graph, jax.tree.map(jnp.copy, state))(x)


def pooling(batch, side, channels):
    """2 x 2; the plain one is nnx.max_pool."""
    plain = lambda x: nnx.max_pool(x, (2, 2), (2, 2))  # noqa: E731
    return halve, plain, (normal(batch, side, side, channels),)


CASES = {
    "LSTM, 32 steps of 256 x 128": lambda: lstm(32, 256, 128),
    "LSTM, 16 steps of 128 x 64": lambda: lstm(16, 128, 64),
    "batch norm, 120 of 28 x 28 x 32": lambda: batch_norm(120, 28, 32),
    "batch norm, 120 of 14 x 14 x 64": lambda: batch_norm(120, 14, 64),
    "pooling, 120 of 28 x 28 x 32": lambda: pooling(120, 28, 32),
}


def with_gradients(layer, given):
    """(value, gradients) of a weighted sum of the layer's output, compiled."""
    weights = normal(*jax.eval_shape(layer, *given).shape)
    places = tuple(range(len(given)))
    return jax.jit(jax.value_and_grad(lambda *x: (layer(*x) * weights).sum(), places))


def compare(case):
    """Milliseconds of ours and of the plain one, and the gain; raises where they differ."""
    ours, plain, given = case()
    rng.bit_generator.state = np.random.default_rng(1).bit_generator.state
    first = with_gradients(ours, given)
    rng.bit_generator.state = np.random.default_rng(1).bit_generator.state
    second = with_gradients(plain, given)
    for a, b in zip(*map(jax.tree.leaves, (first(*given), second(*given))), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3 * float(jnp.abs(b).max()))
    times = {"ours": [], "plain": []}
    for _ in range(TURNS):
        for name, function in (("ours", first), ("plain", second)):
            took = stopwatch()
            jax.block_until_ready(function(*given))
            times[name].append(took()[0])
    gains = [plain / ours for ours, plain in zip(*times.values(), strict=True)]
    return {
        "ours_ms": round(1000 * statistics.median(times["ours"]), 2),
        "plain_ms": round(1000 * statistics.median(times["plain"]), 2),
        "gain": round(statistics.median(gains), 2),
        "low": round(min(gains), 2), "high": round(max(gains), 2),
    }  # fmt: skip


def main():
    found = {}
    for name, case in CASES.items():
        found[name] = compare(case)
        print(name, found[name], flush=True)
    store("kernels", {"machine": describe(), "turns": TURNS, "cases": found})


if __name__ == "__main__":
    main()
