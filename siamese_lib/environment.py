"""What this machine offers, and what to do where something is off."""

import importlib.metadata
import os
import platform
import shutil
from pathlib import Path

import jax

SHOWN = ("jax", "flax", "optax", "numpy", "matplotlib", "ipywidgets", "jupyterlab")


def report():
    """Print backend, devices and versions, then one sentence for each thing to mend."""
    print(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    print(f"jax backend: {jax.default_backend()}, devices: {', '.join(map(str, jax.devices()))}")
    print(", ".join(f"{name} {_version(name) or 'missing'}" for name in SHOWN))
    for sentence in remarks() or ["All is well."]:
        print(sentence)


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def remarks():
    """A sentence with its remedy for each thing that is off; none where all is well."""
    return [*_missing_packages(), *_idle_accelerator(), *_small_memory()]


def _missing_packages():
    for name in SHOWN:
        if _version(name) is None:
            yield f"{name} is missing: run `pip install -r requirements.txt` in this project."


def _idle_accelerator():
    is_linux = platform.system() == "Linux"  # elsewhere jax has no build for NVIDIA
    if is_linux and shutil.which("nvidia-smi") and jax.default_backend() == "cpu":
        yield (
            "There is an NVIDIA GPU, and jax does not use it: run `pip install -U 'jax[cuda13]'` "
            "and restart the kernel. The course runs without it too."
        )


def _small_memory():
    limit = _memory_limit()
    if limit is not None and limit < 1.2e9:
        yield (
            f"Only {limit / 1e9:.1f} GB of memory: close other notebooks (Kernel > Shut Down All) "
            "before you run 03, 05 or 06."
        )


def _memory_limit():
    """Bytes this process may use: the container's limit where there is one, else the machine's."""
    control = Path("/sys/fs/cgroup/memory.max")
    if control.exists() and control.read_text().strip().isdigit():
        return int(control.read_text())
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None
