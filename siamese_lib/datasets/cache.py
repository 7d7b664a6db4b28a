"""Where data sets are kept between runs."""

import contextlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np


def cache_folder() -> Path:
    """The user's cache folder for this library: rendered data and, by default, downloads."""
    import pooch

    return Path(pooch.os_cache("siamese_lib"))


def data_folder() -> Path:
    """The folder of the downloads: SIAMESE_DATA_DIR if set, otherwise the user's cache folder."""
    chosen = os.environ.get("SIAMESE_DATA_DIR")
    return Path(chosen).expanduser() if chosen else cache_folder()


def load_or_build(name: str, build: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The arrays of the file `name` (.npz) in the cache folder, built and stored on first use.

    A file that cannot be read is built again. If the folder cannot be written to, the arrays are
    returned all the same: all that the cache does is save time.
    """
    target = cache_folder() / name
    try:
        with open(target, "rb") as file, np.load(file) as stored:
            return dict(stored)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        arrays = build()
    with contextlib.suppress(OSError):
        _store(target, arrays)
    return arrays


def _store(target: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write to another name, then rename: no reader ever sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as half:
        try:
            np.savez_compressed(half, **arrays)  # type: ignore[arg-type]  # not allow_pickle
            half.close()
            os.replace(half.name, target)
        except BaseException:
            half.close()
            os.unlink(half.name)
            raise
