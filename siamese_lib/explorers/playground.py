"""A playground: a small tower that the page itself trains, as you choose."""

import anywidget
import ipywidgets as widgets
import numpy as np
import traitlets

from siamese_lib.datasets.glyphs import load_glyphs
from siamese_lib.explorers.explorer import STYLE, Explorer, program, require_between, slider
from siamese_lib.validate import require_count, require_option

LOSSES = ("triplet", "contrastive", "modified", "info_nce")
MINERS = ("random", "semi-hard", "hardest", "closest")
DATA = ("moons", "rings", "blobs", "letters")
LETTERS = (0, 1, 2, 6, 33, 39)  # labels of load_glyphs("train"): unlike each other when small


class PlaygroundPicture(anywidget.AnyWidget):
    """Inputs, embeddings and curves of a tower that is trained in JavaScript."""

    _esm = program("playground_tower", "playground_losses", "playground_data", "playground",
                   "playground_view")  # fmt: skip
    _css = STYLE
    data = traitlets.Enum(DATA).tag(sync=True)
    loss = traitlets.Enum(LOSSES).tag(sync=True)
    miner = traitlets.Enum(MINERS).tag(sync=True)
    margin = traitlets.Float(min=0, max=2).tag(sync=True)
    temperature = traitlets.Float(min=0.1, max=1).tag(sync=True)
    rate = traitlets.Float(min=0, max=0.5).tag(sync=True)
    batch = traitlets.Int(min=2, max=64).tag(sync=True)
    seed = traitlets.Int(min=0, max=999).tag(sync=True)
    # Pictures of 8 x 8 bytes, row by row, 255 = ink; equally many of each class, class by class.
    letters = traitlets.CBytes(b"").tag(sync=True)
    letter_classes = traitlets.Int(len(LETTERS)).tag(sync=True)


def playground_explorer(
    *, data: str = "moons", loss: str = "triplet", miner: str = "random",
    margin: float | None = None, temperature: float = 0.1, rate: float = 0.01, batch: int = 32,
    seed: int = 0,
) -> Explorer:  # fmt: skip
    """Train a small tower in the page, without a kernel, and watch its embeddings move.

    On the left are the inputs, in the middle their embeddings in two dimensions, on the right the
    loss and the share of active triplets (pairs, rows) of each step's batch. Margin, temperature,
    learning rate, batch and miner can be changed while it trains; other data, another loss or
    another seed start it again. With the hardest negatives rings and letters collapse to one
    point; random negatives lead out of it, the sooner the lower the rate was. The tower has two
    hidden layers of 16 with tanh, and is trained with Adam as optax.adam defines it, a step a
    frame. Its outputs are divided by their length, but not for the contrastive loss, whose
    Euclidean distances need the whole plane.

    The settings live in the page's address, as #playground=data:moons;loss:triplet;... Who opens
    the address sees the same run from its start. What it says comes before the arguments here.

    data: "moons" | "rings" | "blobs" | "letters", six letters of load_glyphs in 8 x 8 pixels.
    loss: "triplet" | "contrastive" | "modified" | "info_nce", those of siamese_lib.losses.
    miner: for "triplet" "random" | "semi-hard" | "hardest"; for "modified" "closest" | "hardest".
        A loss that does not know the word takes its first one; the other two take none.
    margin: a difference of cosines, 0 to 2; a distance for "contrastive". 0.25, or 1, if not given.
    temperature: that of "info_nce", 0.1 to 1. rate: Adam's, 0 to 0.5.
    batch: triplets for "triplet", pairs for the others, 2 to 64. Classes take turns in it, so with
        "modified" and "info_nce" a batch larger than the classes holds false negatives.
    seed: 0 to 999; it decides data, first weights and batches.
    Returns: an Explorer (an ipywidgets VBox); `.picture.margin` and so on can be read and set.
    Raises: ValueError on an unknown word or a value outside its range.
    Source: its losses, miners and steps equal siamese_lib's and optax's, which a test compares.
    """
    for name, value, options in (
        ("data", data, DATA), ("loss", loss, LOSSES), ("miner", miner, MINERS),
    ):  # fmt: skip
        require_option(name, value, options)
    margin = (1.0 if loss == "contrastive" else 0.25) if margin is None else margin
    require_between(0, 2, margin=margin)
    require_between(0.1, 1, temperature=temperature)
    require_between(0, 0.5, rate=rate)
    require_count(least=2, batch=batch)
    require_count(least=0, seed=seed)
    require_between(2, 64, batch=batch)
    require_between(0, 999, seed=seed)
    picture = PlaygroundPicture(
        data=data, loss=loss, miner=miner, margin=margin, temperature=temperature, rate=rate,
        batch=batch, seed=seed, letters=small_letters().tobytes(),
    )  # fmt: skip
    return Explorer(picture, _sliders(margin, temperature, rate, batch))


def small_letters() -> np.ndarray:
    """The playground's letters in 8 x 8 pixels, letter by letter.

    Shapes: [120, 8, 8] uint8, 0 = paper, 255 = ink.
    """
    glyphs = load_glyphs("train")
    own = np.concatenate([glyphs.images[glyphs.label == label] for label in LETTERS])
    inner = own[:, 2:26, 2:26]  # the ink hardly ever reaches the edge
    small = inner.reshape(-1, 8, 3, 8, 3).mean(axis=(2, 4))
    return np.round(small * 255).astype(np.uint8)


def _sliders(margin, temperature, rate, batch):
    sliders = {
        "margin": slider("margin", margin, 0, 2),
        "temperature": slider("temperature", temperature, 0.1, 1),
        "rate": slider("learning rate", rate, 0, 0.5),
        "batch": widgets.IntSlider(
            value=batch, min=2, max=64, description="batch",
            style={"description_width": "7em"}, layout={"width": "auto", "max_width": "36rem"},
        ),
    }  # fmt: skip
    # Which of the two a loss takes: the style sheet hides the other.
    sliders["margin"].add_class("siamese-for-margin")
    sliders["temperature"].add_class("siamese-for-temperature")
    return sliders
