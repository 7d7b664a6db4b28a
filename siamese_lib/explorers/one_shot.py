"""One-shot recognition to play with: draw, enrol, draw again."""

from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import numpy as np
import traitlets
from numpy.typing import ArrayLike

from siamese_lib.datasets.glyphs import GLYPH_SCRIPTS, load_glyphs
from siamese_lib.encoders.pretrained import GLYPH_WEIGHTS
from siamese_lib.explorers.explorer import STYLE, Explorer, program

SIDE = 28


class OneShotPicture(anywidget.AnyWidget):
    """A pad to draw on, and the support set ranked by similarity to the drawing."""

    _esm = program("encoder", "pad", "one_shot_support", "one_shot_pad", "one_shot")
    _css = STYLE
    # A drawing is SIDE x SIDE bytes, row by row, 255 = ink; support is one drawing after another.
    # They are CBytes because bytes from a browser arrive as a memoryview.
    drawing = traitlets.CBytes(b"").tag(sync=True)
    support = traitlets.CBytes(b"").tag(sync=True)
    owner = traitlets.List(traitlets.Int()).tag(sync=True)  # the class of each of these drawings
    weights = traitlets.CBytes(b"").tag(sync=True)  # of the page's encoder; none: ask the kernel
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    enrolled = traitlets.Int(0).tag(sync=True)  # the learner enrolled so many of the last names
    similarity = traitlets.List(traitlets.Float()).tag(sync=True)  # of each class to the drawing
    answered = traitlets.Int(0).tag(sync=True)  # counts the answers, since two may be equal


def one_shot_explorer(
    embed: Callable[[Any], ArrayLike] | None = None, images: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> Explorer:  # fmt: skip
    """Draw a character with mouse, touch or keys; see the support set ranked by similarity.

    "Enrol" adds the drawing as a new class, or as one more example of the class of that name. From
    then on it is ranked with the others, until you "forget" it. The encoder runs in the page; a
    function of your own runs in the kernel, and does not respond on a page without one.

    embed: [n, 28, 28] float, 0 = paper, 1 = ink -> [n, dim], as from `encode`; by default the
        encoder that notebook 06 trains (seed 0, stored with the package).
    images, names: [n_way, 28, 28] and n_way words, the support set to begin with; by default one
        picture of each letter of the Hebrew alphabet, which that encoder has never seen.
    Returns: an Explorer (an ipywidgets VBox); `.picture.similarity` is the last answer.
    Raises: ValueError on images of another shape, or names that do not fit or occur twice.
    Source: Koch et al. 2015; the similarity to a class is the mean cosine to its examples.
    """
    images, names = _support(images, names)
    picture = OneShotPicture(
        names=names, support=_bytes(images), owner=list(range(len(names))),
        weights=GLYPH_WEIGHTS.read_bytes() if embed is None else b"",
    )  # fmt: skip
    if embed is not None:
        _answer_from_the_kernel(picture, embed)
    return Explorer(picture, {})


def rank(support: Sequence[np.ndarray], query: np.ndarray) -> np.ndarray:
    """The similarity of each class to one drawing: the mean cosine to its examples.

    Shapes: support is a list of n_way arrays [k_shot, dim], whose k_shot may differ; query [dim]
    -> [n_way] float.
    Units: cosine, -1 to 1; the cosine of a zero vector to anything is 0.
    """

    def unit(x):
        length = np.linalg.norm(x, axis=-1, keepdims=True)
        return x / np.where(length == 0, 1, length)

    return np.array([float(np.mean(unit(examples) @ unit(query))) for examples in support])


def _answer_from_the_kernel(picture, embed):
    """Rank the classes after each drawing, and whenever one is enrolled or forgotten."""
    known = {}  # the bytes of a drawing -> its vector

    def vector_of(image):
        # They come one at a time, so that `embed` is compiled for one shape only.
        if image.tobytes() not in known:
            known[image.tobytes()] = np.asarray(embed(image[None]))[0]
        return known[image.tobytes()]

    def answer(_):
        if not picture.drawing:
            return
        owner, images = np.array(picture.owner), _pictures(picture.support)
        vectors = np.stack([vector_of(image) for image in images])
        support = [vectors[owner == k] for k in range(len(picture.names))]
        query = vector_of(_pictures(picture.drawing)[0])
        with picture.hold_sync():
            picture.similarity = rank(support, query).tolist()
            picture.answered += 1

    for image in _pictures(picture.support):
        vector_of(image)
    picture.observe(answer, ["drawing", "owner"])


def _support(images, names):
    if images is None:
        glyphs = load_glyphs("test")
        hebrew = glyphs.alphabet == GLYPH_SCRIPTS.index("Hebrew")
        _, first = np.unique(glyphs.label[hebrew], return_index=True)
        images = glyphs.images[hebrew][first]
        names = [f"Hebrew {k + 1}" for k in range(len(images))] if names is None else names
    images = np.asarray(images, np.float32)
    if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE) or not len(images):
        raise ValueError(f"images has shape {images.shape}; give [n_way, {SIDE}, {SIDE}]")
    names = [f"class {k + 1}" for k in range(len(images))] if names is None else list(names)
    if len(names) != len(images) or len(set(names)) != len(names):
        raise ValueError(
            f"{len(names)} names, {len(set(names))} of them different, for {len(images)} images; "
            "give each image a name of its own"
        )
    return images, [str(name) for name in names]


def _bytes(images):
    return np.round(np.clip(images, 0, 1) * 255).astype(np.uint8).tobytes()


def _pictures(data):
    """The bytes of n drawings as [n, SIDE, SIDE] float, 0 to 1."""
    return np.frombuffer(data, np.uint8).reshape(-1, SIDE, SIDE).astype(np.float32) / 255
