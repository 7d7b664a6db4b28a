"""What a reader waits for before anything is computed: imports, first compilations, second starts.

Usage: python -m benchmarks.cost.start        writes siamese_lib/data/results/start.json
Each figure is the median of fresh processes. "first" is the first step of training less a later
one; "again" the same with jax's persistent cache filled before, as `make lab` sets it.
"""

import os
import statistics
import tempfile

from benchmarks.cost.first_step import CASES
from benchmarks.measure import apart, describe, store

RUNS = 3
IMPORTS = """
import time; start = time.perf_counter()
import jax, optax, flax.nnx; middle = time.perf_counter()
import siamese_lib; end = time.perf_counter()
print([middle - start, end - middle])
"""


def first_step(case, **cache):
    """Seconds that the first step takes longer, in a fresh process."""
    return apart("-m", "benchmarks.cost.first_step", case, **cache)


def compile_seconds(case):
    """Medians with an empty cache of compiled programs and with a filled one."""
    with tempfile.TemporaryDirectory() as folder:
        cache = {
            "JAX_COMPILATION_CACHE_DIR": folder,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
        }
        cold = statistics.median(first_step(case) for _ in range(RUNS))
        first_step(case, **cache)  # fills it
        again = statistics.median(first_step(case, **cache) for _ in range(RUNS))
    return {"first": round(cold, 2), "again": round(again, 2)}


def main():
    """Imports, then each training step without and with the cache."""
    os.environ.pop("JAX_COMPILATION_CACHE_DIR", None)
    times = [apart("-c", IMPORTS) for _ in range(RUNS + 1)][1:]  # the first warms the disk's cache
    base, own = (round(statistics.median(column), 2) for column in zip(*times, strict=True))
    result = {"machine": describe(), "import": {"jax, flax, optax": base, "siamese_lib": own}}
    print(result["import"])
    result["first step, compile seconds"] = {}
    for case in CASES:
        result["first step, compile seconds"][case] = found = compile_seconds(case)
        print(case, found, flush=True)
    store("start", result)


if __name__ == "__main__":
    main()
