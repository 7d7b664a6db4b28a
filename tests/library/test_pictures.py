"""Pictures as people bring them: 0 to 255, colour, other sizes, dark on light; none in silence."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from siamese_lib.datasets import distort
from siamese_lib.datasets.pictures import require_pictures
from siamese_lib.encoders import (
    ImageEncoder,
    ResidualEncoder,
    SiameseNetwork,
    embed_views,
    omniglot_encoder,
)
from siamese_lib.evaluation import evaluate_n_way
from siamese_lib.losses import modified_triplet_loss
from siamese_lib.training import encode, fit

SIZE, N = 16, 6
LIGHT = np.zeros((N, SIZE, SIZE), np.float32)  # light strokes on dark ground, 0 to 1
for place, picture in enumerate(LIGHT):
    picture[2 + place, 2:14] = 1
    picture[3:13, 3 + place] = 0.8
BYTES = (LIGHT * 255).astype(np.uint8)


def encoders():
    yield ImageEncoder(image_size=SIZE, channels=(8, 8), rngs=nnx.Rngs(0))
    yield ResidualEncoder(image_size=SIZE, channels=(4, 8), rngs=nnx.Rngs(0))


BROUGHT = {
    "bytes": (BYTES, r"run from 0 to 255.*about 0 to 1; give images / 255", lambda x: x / 255),
    "floats to 255": (LIGHT * 255, r"give images / 255", lambda x: x / 255),
    "16 bits": ((LIGHT * 65535).astype(np.uint16), r"give images / 65535", lambda x: x / 65535),
    "per cent": (LIGHT * 100, r"run from 0 to 100", lambda x: x / 100),
    "colour last": (
        np.repeat(LIGHT[..., None], 3, -1),
        r"has shape \(6, 16, 16, 3\); give \[batch, height, width\] with sides of 16, in grey: "
        r"images\[..., :3\].mean\(axis=3\)",
        lambda x: x[..., :3].mean(axis=3),
    ),
    "colour and opacity": (
        np.repeat(LIGHT[..., None], 4, -1),
        r"images\[..., :3\]",
        lambda x: x[..., :3].mean(axis=3),
    ),
    "colour second": (
        np.repeat(LIGHT[:, None], 3, 1),
        r"images\[:, :3\].mean\(axis=1\)",
        lambda x: x[:, :3].mean(axis=1),
    ),
    "one channel last": (LIGHT[..., None], r"images\[..., 0\]", lambda x: x[..., 0]),
    "one channel second": (LIGHT[:, None], r"images\[:, 0\]", lambda x: x[:, 0]),
    "flat": (LIGHT.reshape(N, -1), r"reshape\(-1, 16, 16\)", lambda x: x.reshape(-1, 16, 16)),
    "larger": (
        np.kron(LIGHT, np.ones((1, 2, 2), np.float32)),
        r"has shape \(6, 32, 32\); images are \(32, 32\), but this encoder takes \(16, 16\): "
        r'jax.image.resize\(images, \(6, 16, 16\), "linear"\)',
        lambda x: jax.image.resize(x, (6, 16, 16), "linear"),
    ),
}


@pytest.mark.parametrize(("images", "said", "mend"), BROUGHT.values(), ids=BROUGHT)
@pytest.mark.parametrize("which", [0, 1], ids=["small", "residual"])
def test_what_came_and_how_to_convert_it_are_said_and_the_conversion_works(
    which, images, said, mend
):
    model = list(encoders())[which]
    model.eval()
    for read in (model, lambda x: encode(model, x)):
        with pytest.raises(ValueError, match=said):
            read(images)
    alike = (encode(model, mend(images)) * encode(model, LIGHT)).sum(axis=1)
    assert (alike > 0.95).all()


def test_one_picture_alone():
    model = next(encoders())
    with pytest.raises(ValueError, match=r"has shape \(16, 16\); that is one picture.*\[None\]"):
        encode(model, LIGHT[0])
    with pytest.raises(ValueError, match=r"\(16, 16, 3\); that is one picture in colour"):
        encode(model, np.repeat(LIGHT[0][..., None], 3, -1))


def test_sizes_that_differ_are_named():
    with pytest.raises(ValueError, match=r"shapes: \(16, 16\), \(8, 16\)\); give all"):
        encode(next(encoders()), [LIGHT[0], LIGHT[1][:8], LIGHT[2]])


def test_the_shape_that_was_given_is_named_and_no_batch_within():
    with pytest.raises(ValueError, match=r"\(300, 9, 16\)"):
        encode(next(encoders()), np.zeros((300, 9, 16)))
    with pytest.raises(ValueError, match=r"images has shape \(300, 9, 16\).*give square ones"):
        distort(np.zeros((300, 9, 16)), jax.random.key(0))


@pytest.mark.parametrize("kind", [bool, np.uint8, np.float64])
def test_pictures_of_zeros_and_ones_are_read_in_any_kind(kind):
    require_pictures((LIGHT > 0.5).astype(kind), SIZE)
    require_pictures(LIGHT - 0.5, SIZE)  # centred ones too
    require_pictures((LIGHT - 0.1) / 0.3, SIZE)  # and those of variance 1


def test_training_on_bytes_is_refused_before_the_first_step():
    model = SiameseNetwork(next(encoders()))
    before = jax.tree.map(np.asarray, nnx.state(model))
    with pytest.raises(ValueError, match=r"run from 0 to 255"):
        fit(
            model, lambda m, a, b: modified_triplet_loss(*m(a, b)), lambda _: [(BYTES, BYTES)],
            epochs=1, progress=False,
        )  # fmt: skip
    after = jax.tree.map(np.asarray, nnx.state(model))
    assert jax.tree.all(jax.tree.map(lambda a, b: (a == b).all(), before, after))


def letters(side=42):
    """Ten letters, twice each: light on dark, drawn by matplotlib's font."""
    from matplotlib import font_manager
    from PIL import Image, ImageDraw, ImageFont

    path = font_manager.findfont("DejaVu Sans")
    pictures = []
    for letter in "ABCDEFGHKM":
        for size in (26, 30):
            picture = Image.new("L", (side, side))
            ImageDraw.Draw(picture).text((8, 4), letter, 255, ImageFont.truetype(path, size))
            pictures.append(np.asarray(picture))
    return np.stack(pictures), np.repeat(np.arange(10), 2)


def test_the_shipped_encoder_refuses_dark_on_light_and_bytes_where_it_was_silent():
    encoder = omniglot_encoder()
    pictures, label = letters()

    def accuracy(images):
        embed = lambda x: embed_views(encoder, x, views=1)  # noqa: E731
        return evaluate_n_way(embed, images, label, n_way=10, k_shot=1, episodes=20, seed=0).mean

    assert accuracy(pictures / 255) > 0.95
    with pytest.raises(ValueError, match="run from 0 to 255"):
        accuracy(pictures)
    with pytest.raises(ValueError, match=r"picture \d+ is ink in .*; here 0 is paper.*1 - images"):
        accuracy(1 - pictures / 255)
    some = pictures / 255
    some[7] = 1 - some[7]
    with pytest.raises(ValueError, match="picture 7 is ink"):
        accuracy(some)
    small = np.asarray(jax.image.resize(jnp.asarray(pictures / 255.0), (20, 28, 28), "linear"))
    with pytest.raises(ValueError, match=r"picture \d+ is ink"):
        encode(encoder, 1 - small)
