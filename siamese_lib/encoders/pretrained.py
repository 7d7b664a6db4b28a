"""The encoders that come with the package, to use or to compare with."""

from pathlib import Path

import jax
import numpy as np
from flax import nnx
from jax.typing import ArrayLike

from siamese_lib.datasets.distortion import distort
from siamese_lib.datasets.pictures import require_ink, require_picture_shape
from siamese_lib.encoders.images import ImageEncoder
from siamese_lib.encoders.residual import ResidualEncoder
from siamese_lib.training.embedding import encode
from siamese_lib.training.weights import load
from siamese_lib.validate import require_count

_DATA = Path(__file__).parents[1] / "data"
GLYPH_WEIGHTS = _DATA / "explorer_encoder.safetensors"  # the drawing pad reads them too
SIGNATURE_WEIGHTS = _DATA / "signature_encoder.safetensors"  # so does the signature pad
_VIEW = {"rotation": 5.0, "shear": 0.1, "scale": 1.1, "shift": 1.0, "bend": 0.25}
_STILL = {"rotation": 0.0, "shear": 0.0, "scale": 1.0, "shift": 0.0, "bend": 0.0}


class LetterEncoder(ResidualEncoder):
    """A ResidualEncoder that has seen light letters on dark ground: 0 = paper, 1 = ink.

    Raises: as ResidualEncoder, and if most of a picture is ink (in concrete arrays).
    """

    def require_inputs(self, images: ArrayLike) -> None:
        """Raise ValueError if it does not take these pictures, or if dark and light are swapped."""
        super().require_inputs(images)
        require_ink(images)


def glyph_encoder() -> ImageEncoder:
    """The letter encoder of notebook 06, seed 0, its weights rounded to 16 bits.

    Shapes: images [n, 28, 28] float, 0 = paper, 1 = ink -> [n, 64] float32, unit vectors.
    Raises: as ImageEncoder, when called by siamese_lib.training.encode.
    Source: tools/record_encoder.py, which trains and stores it.
    """
    encoder = nnx.eval_shape(lambda: ImageEncoder(channels=(16, 64, 128), rngs=nnx.Rngs(0)))
    return load(encoder, GLYPH_WEIGHTS)


def signature_encoder() -> ImageEncoder:
    """The picture encoder of notebook 13, seed 0, its weights rounded to 16 bits.

    Shapes: images [n, 56, 56] float, 0 = paper, 1 = ink -> [n, 64] float32, unit vectors.
    Raises: as ImageEncoder, when called by siamese_lib.training.encode.
    Source: benchmarks/quality/signatures.py, which trains and stores it.
    """
    encoder = nnx.eval_shape(
        lambda: ImageEncoder(image_size=56, channels=(8, 16, 32, 64), rngs=nnx.Rngs(0))
    )
    return load(encoder, SIGNATURE_WEIGHTS)


def omniglot_encoder() -> LetterEncoder:
    """A LetterEncoder with weights trained on Omniglot's 30 background alphabets.

    Shapes: images [n, 28, 28] float, 0 = paper, 1 = ink -> [n, 128] float32, unit vectors.
    Raises: as LetterEncoder, when called by siamese_lib.training.encode or embed_views.
    Source: benchmarks/quality/omniglot_encoder.py, which stores its results under that name.
    """
    # Only its shapes: drawing a million random weights takes seconds, and load replaces them.
    encoder = nnx.eval_shape(
        lambda: LetterEncoder(channels=(32, 64, 128, 256), embedding_dim=128, rngs=nnx.Rngs(0))
    )
    encoder.eval()
    return load(encoder, _DATA / "omniglot_encoder.safetensors")


def embed_views(
    encoder: ImageEncoder | ResidualEncoder, images: ArrayLike, *, views: int = 8
) -> np.ndarray:
    """Mean embedding of each picture and of `views` slightly distorted copies of it.

    It averages out what a small turn or shift would change. The copies are the same at every call.

    Shapes: images [n, side, side] float, with a side of at least the encoder's image_size, to which
    they are resampled -> [n, dim] float32, shorter than 1 where the views differ.
    Raises: ValueError as distort and encode do.
    """
    require_count(views=views, least=0)
    require_picture_shape(images)
    size = encoder.image_size
    total = encode(encoder, np.asarray(distort(images, jax.random.key(0), size=size, **_STILL)))
    for view in range(1, views + 1):
        seen = distort(images, jax.random.key(view), size=size, **_VIEW)
        total = total + encode(encoder, np.asarray(seen))
    return total / (views + 1)
