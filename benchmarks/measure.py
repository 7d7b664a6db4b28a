"""What every benchmark shares: its seeds, seconds, memory, machine, and the file of its results.

took = stopwatch()
runs = [measure(seed) for seed in SEEDS]
wall, processor = took()
store("glyphs", {"machine": describe(), "seconds": round(wall), "peak_mb": peak_mb(), ...})
"""

import importlib.metadata
import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "siamese_lib" / "data" / "results"
SEEDS = (0, 1, 2)
PACKAGES = ("jax", "flax", "optax", "numpy", "scikit-learn")
STATISTICS = {
    "mean": np.mean, "std": partial(np.std, ddof=1),
    "low": min, "high": max, "min": min, "max": max,
}  # fmt: skip


def spread(values, *names):
    """The statistics named ("mean", "std", "low", ...) of one number's values over the seeds."""
    return {name: round(np.asarray(STATISTICS[name](values)).item(), 4) for name in names}


def chosen(asked, known):
    """The parts of a benchmark that a command line names, or all where it names none."""
    if unknown := [name for name in asked if name not in known]:
        raise ValueError(f"there is no part {unknown[0]!r}; there are {', '.join(known)}")
    return asked or list(known)


def stopwatch():
    """Starts now. Each call of what it returns gives (seconds, processor seconds) since then."""
    wall, processor = time.perf_counter(), time.process_time()
    return lambda: (time.perf_counter() - wall, time.process_time() - processor)


def clocked(make):
    """(what make() gives, seconds, processor seconds)."""
    took = stopwatch()
    made = make()
    return made, *took()


def run_seeds(run):
    """(run(seed) of every seed, what is stored beside them: machine, seconds, seeds).

    cpu_seconds are those of the whole process, imports included.
    """
    runs, wall, _ = clocked(lambda: [run(seed) for seed in SEEDS])
    spent = {"seconds": round(wall), "cpu_seconds": round(time.process_time())}
    return runs, {"machine": describe(), **spent, "seeds": SEEDS}


def peak_mb(who=resource.RUSAGE_SELF):
    """The most memory this process has held so far; with RUSAGE_CHILDREN its largest child."""
    return round(resource.getrusage(who).ru_maxrss / 1024)


def describe():
    """Processor, cores, memory, and the versions of Python and of the packages that matter."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "processor": found[1] if found else platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }


def apart(*command, python=sys.executable, **environment):
    """The JSON that `python` with these arguments prints last, in a fresh process: nothing is warm.

    environment: variables set for it, as in JAX_PLATFORMS="cpu".
    """
    done = subprocess.run(
        [str(python), *map(str, command)], cwd=ROOT, env=os.environ | environment,
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def stored(name):
    """What is stored under a name; an empty dict where nothing is."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def store(name, result, folder=None):
    """Write a script's result into siamese_lib/data/results, or into another folder."""
    folder = RESULTS if folder is None else folder
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
