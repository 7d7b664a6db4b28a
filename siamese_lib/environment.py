"""What this machine offers, and what to do if something is missing."""

import importlib.metadata
import os
import platform
import shutil
from pathlib import Path

import jax

SHOWN = ("jax", "flax", "optax", "numpy", "matplotlib", "ipywidgets", "jupyterlab")


def report() -> None:
    """Print the backend, the devices and the versions, then one sentence for each thing to fix."""
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


def remarks() -> list[str]:
    """One sentence with its remedy for each thing to fix; an empty list if all is well."""
    return [*_missing_packages(), *_idle_accelerator(), *_small_memory()]


def _missing_packages():
    for name in SHOWN:
        # Colab, VS Code and a service have no JupyterLab, and do not need it.
        if _version(name) is None and name != "jupyterlab":
            yield f"{name} is missing: run `pip install {_what_to_install(name)}`."


def _what_to_install(name):
    """The project's list of requirements if we are in its folder, otherwise the one package."""
    listed = Path(__file__).parent.parent / "requirements.txt"
    return f"-r {listed.name}` in `{listed.parent}" if listed.exists() else name


def _idle_accelerator():
    is_linux = platform.system() == "Linux"  # elsewhere jax has no build for NVIDIA
    # The reader asked for it with JAX_PLATFORMS=cpu. (jax adds its settings as it starts, where
    # mypy does not see them.)
    is_wished = jax.config.jax_platforms == "cpu"  # type: ignore[attr-defined]
    if is_linux and not is_wished and shutil.which("nvidia-smi") and jax.default_backend() == "cpu":
        yield (
            "There is an NVIDIA GPU, but jax does not use it: run `pip install -U 'jax[cuda13]'` "
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
    """Bytes this process may use: the container's limit if there is one, or the machine's."""
    control = Path("/sys/fs/cgroup/memory.max")
    if control.exists() and control.read_text().strip().isdigit():
        return int(control.read_text())
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", {}):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None
