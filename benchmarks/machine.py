"""What a measurement ran on: goes beside every stored figure."""

import importlib.metadata
import os
import platform
import re
from pathlib import Path

PACKAGES = ("jax", "flax", "optax", "numpy", "scikit-learn")


def describe():
    """Processor, cores, memory, and the versions of Python and the packages that matter."""
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
