"""Letters of twelve scripts, rendered from the typefaces that come with matplotlib.

They stand in for Omniglot and need no download: a letter is a class, a script is an alphabet and
a typeface is a drawer. The typefaces are DejaVu (public domain and Bitstream Vera licence) and
STIX (SIL Open Font Licence).
"""

import hashlib
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from siamese_lib.datasets.cache import load_or_build
from siamese_lib.datasets.types import LabelledImages
from siamese_lib.validate import require_option

# The scripts to train on and those kept back. Scripts that share a history and many shapes (Latin,
# Cyrillic, Greek, Coptic, Lisu, Old Italic) stay together in "train", with the largest unrelated
# one: so the shapes of a script that is kept back are new as well. Each script of "validation" and
# "test" has more than 20 letters, enough for 20-way episodes inside one script.
_SPLITS = {
    "train": (
        "Latin",
        "Canadian Syllabics",
        "Cyrillic",
        "Greek",
        "Old Italic",
        "Coptic",
        "Lisu",
    ),
    "validation": ("Armenian", "Arabic"),
    "test": ("Georgian", "Hebrew", "Lao"),
}
GLYPH_SCRIPTS = tuple(name for names in _SPLITS.values() for name in names)

_FACES = tuple(
    f"{family}{cut}.ttf"
    for family, cuts in (
        ("DejaVuSans", ("", "-Bold", "-Oblique", "-BoldOblique")),
        ("DejaVuSansMono", ("", "-Bold", "-Oblique", "-BoldOblique")),
        ("DejaVuSerif", ("", "-Bold", "-Italic", "-BoldItalic")),
        ("STIXGeneral", ("", "Bol", "Italic", "BolIta")),
    )
    for cut in cuts
)
_SIDE = 28  # pixels of a picture
_FINE = 3  # letters are drawn at 3 times the size, then averaged
_LONG = 18.0  # longer side of the ink, in pixels, before jitter
_SHIFT = 1.65  # most pixels of a shift; with it raw pixels do nearly as badly as on Omniglot
_LOOK_ALIKE = 0.9605  # mean cosine over shared faces; no pair is near it, so rounding changes none


class _Letter(NamedTuple):
    character: str
    script: int
    ink: dict  # the picture of the letter, cut out, for each face


def load_glyphs(split: str, *, drawings: int = 20, seed: int = 0) -> LabelledImages:
    """Letters as 28x28 pictures; whole scripts are kept back for validation and test.

    split is "train", "validation", "test" or "all". Every letter comes in at least four typefaces.
    Its `drawings` pictures take the typefaces in turn; each is rotated and sheared by up to 15
    degrees, scaled by 0.8 to 1.2 and moved by up to 1.65 pixels. A letter that looks like an
    earlier one (Latin A, Greek Alpha, Cyrillic A) is left out: see `_without_look_alikes`.
    The pictures are rendered once, then kept in the user's cache folder.

    Shapes: images [letters * drawings, 28, 28] float32, 0 = paper, 1 = ink; label, alphabet
        (an index of GLYPH_SCRIPTS) and drawer (0 to 15, the typeface) are [n] int32. A letter
        has the same label in its split and in "all"; labels of "train" start at 0.
    Raises: ValueError where split is unknown or drawings is below 2.
    Source: DejaVu and STIX fonts as shipped by matplotlib; protocol after Lake et al. 2015.
    """
    require_option("split", split, (*_SPLITS, "all"))
    if drawings < 2:
        raise ValueError(f"drawings is {drawings}; a letter needs 2 or more to make a pair")
    # The name holds all that decides the pixels, this file included, lest old pictures live on.
    code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    libraries = f"{version('matplotlib')}-{version('pillow')}"
    key = f"glyphs/{code}-{drawings}-{seed}-{libraries}.npz"
    stored = load_or_build(key, lambda: _render_all(drawings, seed))
    names = GLYPH_SCRIPTS if split == "all" else _SPLITS[split]
    chosen = np.isin(stored["alphabet"], [GLYPH_SCRIPTS.index(name) for name in names])
    return LabelledImages(
        images=stored["images"][chosen].astype(np.float32) / np.float32(255),
        **{name: stored[name][chosen] for name in ("label", "alphabet", "drawer")},
    )


def _render_all(drawings: int, seed: int) -> dict[str, np.ndarray]:
    """Every kept letter, drawn `drawings` times, as arrays ready to be stored."""
    letters = _without_look_alikes(_letters())
    ink, drawer = [], []
    for letter in letters:
        in_turn = list(letter.ink)
        faces = [in_turn[index % len(in_turn)] for index in range(drawings)]
        ink += [letter.ink[face] for face in faces]
        drawer += faces
    scripts = [letter.script for letter in letters]
    return {
        "images": _draw(ink, *_jitter(np.random.default_rng(seed), len(ink))),
        "label": np.repeat(np.arange(len(letters)), drawings).astype(np.int32),
        "alphabet": np.repeat(scripts, drawings).astype(np.int32),
        "drawer": np.array(drawer, np.int32),
    }


def _letters() -> list[_Letter]:
    """Letters of GLYPH_SCRIPTS that four faces or more hold, without accents and ligatures."""
    fonts = _fonts()
    letters = []
    for code, faces in _coverage().items():
        character = chr(code)
        script = _script(character)
        is_plain = unicodedata.normalize("NFKD", character) == character
        is_letter = unicodedata.category(character) in ("Lu", "Ll", "Lo")
        if script is not None and is_plain and is_letter and len(faces) >= 4:
            ink = {face: _ink(character, fonts[face]) for face in faces}
            letters.append(_Letter(character, script, ink))
    return sorted(letters, key=lambda letter: (letter.script, letter.character))


def _coverage() -> dict[int, list[int]]:
    """The faces that hold each code point."""
    from matplotlib.ft2font import FT2Font

    faces: dict[int, list[int]] = {}
    for face, path in enumerate(_font_paths()):
        for code in FT2Font(str(path)).get_charmap():
            faces.setdefault(code, []).append(face)
    return faces


def _script(character: str) -> int | None:
    """A character's index in GLYPH_SCRIPTS, from its Unicode name ("GREEK SMALL LETTER PI")."""
    name = unicodedata.name(character, "")
    matches = (i for i, script in enumerate(GLYPH_SCRIPTS) if name.startswith(script.upper()))
    return next(matches, None)


def _font_paths() -> list[Path]:
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return [folder / name for name in _FACES]


def _fonts() -> list:
    from PIL import ImageFont

    # Every Pillow has the basic layout; whether it has the other depends on how it was built.
    basic = ImageFont.Layout.BASIC
    return [ImageFont.truetype(str(path), 64, layout_engine=basic) for path in _font_paths()]


def _ink(character: str, font):
    """The letter in white on black, cropped to its ink."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (256, 192))
    ImageDraw.Draw(picture).text((64, 48), character, font=font, fill=255)
    return picture.crop(picture.getbbox())


def _draw(ink, transform: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Transform each letter, place it in the middle of a picture, and average the fine pixels.

    Shapes: ink, n pictures of letters; transform [n, 2, 2], which maps the letter to the picture
    with both middles as origin; shift [n, 2] in pixels -> [n, 28, 28] uint8.
    """
    from PIL import Image

    fine = _SIDE * _FINE
    size = np.array([one.size for one in ink])
    unit = size.max(axis=1) / (_LONG * _FINE)
    # PIL asks for the inverse map: from a point of the picture to a point of the letter.
    back = np.linalg.inv(transform) * unit[:, None, None]
    middle = size[..., None] / 2 - back @ (fine / 2 + shift * _FINE)[..., None]
    rows = np.concatenate([back, middle], axis=2).reshape(len(ink), 6).tolist()
    how = (fine, fine), Image.Transform.AFFINE

    def draw(part):
        large = (ink[at].transform(*how, rows[at], Image.Resampling.BILINEAR) for at in part)
        return [np.asarray(picture.reduce(_FINE)) for picture in large]

    with ThreadPoolExecutor(2) as pool:  # Pillow releases Python's lock while it transforms
        parts = pool.map(draw, np.array_split(np.arange(len(ink)), 8))
    return np.stack([picture for part in parts for picture in part])


def _jitter(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Random rotations, shears and scales as one matrix each, [count, 2, 2]; shifts [count, 2]."""
    most = np.array([15, 15, 0.2, _SHIFT, _SHIFT])
    turn, slant, scale, *shift = (random.uniform(-1, 1, size=(count, 5)) * most).T
    turn, slant = np.radians(turn), np.radians(slant)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    zero, one = np.zeros(count), np.ones(count)
    shear = np.array([[one, np.tan(slant)], [zero, one]])
    transform = np.moveaxis(rotation, 2, 0) @ np.moveaxis(shear, 2, 0)
    return transform * (1 + scale)[:, None, None], np.stack(shift, axis=1)


def _without_look_alikes(letters: list[_Letter]) -> list[_Letter]:
    """Keep a letter only where no earlier kept letter looks like it.

    Two letters look alike where the cosine of their blurred pictures, averaged over the faces that
    hold both, is above _LOOK_ALIKE. They are drawn without jitter and at one size, since jitter
    would hide a difference in size anyway. The order is that of GLYPH_SCRIPTS, then Unicode.
    """
    similarity = _similarity(letters)
    kept: list[int] = []
    for index in range(len(letters)):
        if not kept or similarity[index, kept].max() <= _LOOK_ALIKE:
            kept.append(index)
    return [letters[index] for index in kept]


def _similarity(letters: list[_Letter]) -> np.ndarray:
    """Mean cosine over shared faces, [letters, letters]; 0 where no face is shared."""
    total = np.zeros((len(letters), len(letters)), np.float32)
    shared = np.zeros_like(total)
    for face in range(len(_FACES)):
        rows = [row for row, letter in enumerate(letters) if face in letter.ink]
        if not rows:
            continue
        flat = _blurred([letters[row].ink[face] for row in rows]).reshape(len(rows), -1)
        flat /= np.linalg.norm(flat, axis=1, keepdims=True)
        total[np.ix_(rows, rows)] += flat @ flat.T
        shared[np.ix_(rows, rows)] += 1
    return total / np.maximum(shared, 1)


def _blurred(ink) -> np.ndarray:
    """Letters without jitter and blurred, so that an offset of half a pixel does not matter."""
    plain = np.tile(np.eye(2), (len(ink), 1, 1)), np.zeros((len(ink), 2))
    picture = np.pad(_draw(ink, *plain).astype(np.float32), ((0, 0), (1, 1), (1, 1)))
    for axis in (1, 2):
        picture = 2 * picture + np.roll(picture, 1, axis) + np.roll(picture, -1, axis)
    return picture
