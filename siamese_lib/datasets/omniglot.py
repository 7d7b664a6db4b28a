"""Omniglot: 1,623 handwritten characters of 50 alphabets, each drawn once by 20 people."""

import csv
import io
import zipfile
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from siamese_lib.datasets.downloads import fetch
from siamese_lib.datasets.types import LabelledImages, OneShotRun
from siamese_lib.validate import require_count, require_option

_SIDE = 105
_DRAWERS = 20
_SUBSETS = ("background", "evaluation")


class OmniglotAlphabet(NamedTuple):
    """A row of the table of alphabets: its subset, its name, its number of characters."""

    subset: str
    name: str
    characters: int


def omniglot_alphabets() -> list[OmniglotAlphabet]:
    """The 50 alphabets in the order of their ids: 30 in "background", then 20 in "evaluation"."""
    text = (files("siamese_lib") / "data" / "omniglot_alphabets.csv").read_text("utf-8")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return [OmniglotAlphabet(subset, name, int(count)) for subset, name, count in rows]


def load_omniglot(subset: str, *, size: int = 28) -> LabelledImages:
    """Every drawing of one subset: "background" (to train on) or "evaluation" (to test on).

    The drawings are downloaded on first use (a few MB), then read from disk.

    Shapes: images [characters * 20, size, size] float32, 0 = paper, 1 = ink, each pixel the mean
        over its area of the original 105x105; label [n] int32, 0 to 963 or 0 to 658, alphabet by
        alphabet; alphabet [n] int32, a row of `omniglot_alphabets()`; drawer [n] int32, 0 to 19.
    Raises: ValueError where subset is unknown or size is not 1 to 105; OSError or ValueError
        where the download fails.
    Source: Lake, Salakhutdinov and Tenenbaum 2015; https://github.com/brendenlake/omniglot (MIT).
    """
    require_option("subset", subset, _SUBSETS)
    _require_size(size)
    with np.load(fetch(f"omniglot/images_{subset}.npz")) as file:
        is_paper = file["images"]
    table = [(i, row) for i, row in enumerate(omniglot_alphabets()) if row.subset == subset]
    alphabet = np.repeat([i for i, _ in table], [row.characters for _, row in table])
    count = len(is_paper)
    return LabelledImages(
        images=np.concatenate([_shrink(drawings, size) for drawings in is_paper]),
        label=np.repeat(np.arange(count, dtype=np.int32), _DRAWERS),
        alphabet=np.repeat(alphabet, _DRAWERS).astype(np.int32),
        drawer=np.tile(np.arange(_DRAWERS, dtype=np.int32), count),
    )


def load_omniglot_runs(*, size: int = 28) -> list[OneShotRun]:
    """The 20 official one-shot trials, each 20-way inside one alphabet of "evaluation".

    Shapes: support and query [20, size, size] float32, ink = 1; answer [20] int32, for each
        query the row of support that shows the same character. In each run one person drew the
        support, another the queries.
    Raises: ValueError where size is not 1 to 105; OSError or ValueError where the download fails.
    Source: Lake et al. 2015; https://github.com/brendenlake/omniglot (MIT).
    """
    _require_size(size)
    with zipfile.ZipFile(fetch("omniglot/all_runs.zip")) as archive:
        return [_read_run(archive, f"run{number:02d}", size) for number in range(1, 21)]


def _read_run(archive: zipfile.ZipFile, name: str, size: int) -> OneShotRun:
    lines = archive.read(f"{name}/class_labels.txt").decode("utf-8").split("\n")
    queries, matches = zip(*(line.split() for line in lines if line.strip()), strict=True)
    support = sorted(matches)
    return OneShotRun(
        support=_shrink(np.stack([_read_png(archive, path) for path in support]), size),
        query=_shrink(np.stack([_read_png(archive, path) for path in queries]), size),
        answer=np.array([support.index(path) for path in matches], np.int32),
    )


def _read_png(archive: zipfile.ZipFile, path: str) -> np.ndarray:
    from PIL import Image

    with Image.open(io.BytesIO(archive.read(path))) as picture:
        return np.asarray(picture.convert("1"))


def _shrink(is_paper: np.ndarray, size: int) -> np.ndarray:
    """The mean ink under each new pixel: [n, 105, 105] bool -> [n, size, size] float32."""
    weights = _area_weights(size)
    ink = weights @ (~is_paper).astype(np.float32) @ weights.T
    return np.minimum(ink, 1)  # rounding may bring the sum of the weights above 1


def _area_weights(size: int) -> np.ndarray:
    """How much of each new pixel each of the 105 old ones covers, [size, 105]; rows sum to 1."""
    edges = np.linspace(0, _SIDE, size + 1)
    old = np.arange(_SIDE)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return (overlap.clip(0) * size / _SIDE).astype(np.float32)


def _require_size(size: int) -> None:
    require_count(size=size)
    if size > _SIDE:
        raise ValueError(f"size is {size}; give 1 to {_SIDE} pixels")
