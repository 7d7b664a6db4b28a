"""Scanned signatures from a folder on the reader's own disk, named as CEDAR or GPDS name them.

Both sets are given out for research by their makers; nothing is downloaded here.
"""

import re
from os import PathLike
from pathlib import Path

import numpy as np

from siamese_lib.datasets.signatures import Signatures
from siamese_lib.validate import require_count

# CEDAR: full_org/original_7_17.png and full_forg/forgeries_7_17.png. GPDS: 007/c-007-17.png and
# 007/cf-007-17.png, in older editions .jpg or .bmp. As read by sigver/datasets/cedar.py and gpds.py
# of github.com/luizgh/sigver (the code of Hafemann et al. 2017).
_NAMES = re.compile(
    r"(?:(?P<genuine>original_|c-)|forgeries_|cf-)(?P<writer>\d+)[_-]\d+\.(?:png|jpe?g|bmp|tiff?)",
    re.IGNORECASE,
)
_LOOKED_FOR = (
    "original_7_17.png and forgeries_7_17.png (CEDAR), c-007-17.png and cf-007-17.png (GPDS)"
)


def load_signature_folder(path: str | PathLike, *, side: int = 56) -> Signatures:
    """Scanned signatures of a folder and those in it, in the form that load_signatures has.

    Each scan becomes a square: its darkest parts are ink (Otsu's threshold), the ink's box fills
    the picture up to a margin of 3 pixels, its shape kept. Files of other names are left out.

    Shapes: images [n, side, side] float32, 0 = paper, 1 = ink; writer [n] int32, the number in the
        file's name; hand [n] int32, the same where the name says genuine, otherwise -1; traces and
        seconds are None.
    Raises: ValueError where path is no folder, holds no file of such a name, or a file cannot be
        read or has no ink: each such file is named.
    Source: file names of CEDAR (55 writers) and GPDS as in github.com/luizgh/sigver; Otsu 1979.
    """
    require_count(least=16, side=side)
    folder = Path(path)
    if not folder.is_dir():
        raise ValueError(f"{path} is no folder; give the one that holds your signatures")
    found = [(file, match) for file in sorted(folder.rglob("*"))
             if (match := _NAMES.fullmatch(file.name))]  # fmt: skip
    if not found:
        raise ValueError(f"{path} holds no signature; looked for files such as {_LOOKED_FOR}")
    images, bad = [], []
    for file, _ in found:
        try:
            images.append(_read(file, side))
        except (OSError, ValueError) as error:
            bad.append(f"{file.relative_to(folder)} ({error})")
    if bad:
        more = f", and {len(bad) - 5} more" if len(bad) > 5 else ""
        raise ValueError(f"cannot read {', '.join(bad[:5])}{more}; remove or replace them")
    writer = np.array([int(match["writer"]) for _, match in found], np.int32)
    is_genuine = [match["genuine"] is not None for _, match in found]
    return Signatures(np.stack(images), writer, np.where(is_genuine, writer, -1).astype(np.int32))


def _read(file, side):
    """One scan as [side, side] float32, 0 = paper, 1 = ink."""
    from PIL import Image

    with Image.open(file) as picture:
        grey = 255 - np.asarray(picture.convert("L"), np.uint8)
    is_ink = grey > _otsu(grey)
    if grey.min() == grey.max() or not is_ink.any():
        raise ValueError("one grey throughout, no ink")
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    ink = np.where(is_ink, grey, 0)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = (side - 6) / max(ink.shape)
    size = tuple(max(round(scale * length), 1) for length in ink.shape[::-1])
    small = Image.fromarray(ink).resize(size, Image.Resampling.BOX)
    square = Image.new("L", (side, side))
    square.paste(small, ((side - size[0]) // 2, (side - size[1]) // 2))
    result = np.asarray(square, np.float32)
    return result / result.max()


def _otsu(grey):
    """The grey level that parts paper and ink best: the one whose two sides differ most."""
    count = np.bincount(grey.ravel(), minlength=256).astype(float)
    below, total = np.cumsum(count), np.cumsum(count * np.arange(256))
    above = below[-1] - below
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = total / below - (total[-1] - total) / above
    return int(np.nan_to_num(below * above * gap**2).argmax())
