"""What pictures must be like before an encoder reads them, and how to bring them into that form.

People bring photographs of 0 to 255, in colour, in other sizes, or dark on light where the encoder
expects light on dark. An encoder would give an answer to all of them, and a wrong one.
"""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from siamese_lib.validate import require_finite

HIGHEST = 16  # pictures scaled to about 0 to 1 stay below this; those of 0 to 255 go beyond it


def require_pictures(images: ArrayLike, image_size: int | None = None) -> None:
    """ValueError where images are not [n, image_size, image_size] of about 0 to 1.

    The message says what came and how to convert it. What require_picture_shape refuses is refused
    here too.
    """
    require_picture_shape(images, image_size)
    if isinstance(images, jax.core.Tracer):
        return
    images = np.asarray(images)
    low, high = float(images.min()), float(images.max())
    if max(high, -low) > HIGHEST or (images.dtype.kind in "iu" and high > 1):
        raise ValueError(
            f"images run from {low:g} to {high:g}, but an encoder reads about 0 to 1; give "
            f"images / {_full_scale(high):g}"
        )


def require_picture_shape(images: ArrayLike, image_size: int | None = None) -> None:
    """ValueError where images are not [n, image_size, image_size]; without image_size, any square.

    Empty arrays are refused too, and so are NaN and infinity where the array is concrete.
    """
    shape = np.shape(images)
    if 0 in shape:
        raise ValueError(f"images is empty, shape {shape}; give one picture or more")
    advice = _advice(shape, image_size)
    if advice:
        raise ValueError(f"images has shape {shape}; {advice}")
    require_finite(images=images)


def _full_scale(high):
    return next((scale for scale in (255, 65535) if high <= scale), high)


def _advice(shape, size):
    """What to do about a shape, or "" where it is right."""
    form = "[batch, height, width]" + ("" if size is None else f" with sides of {size}")
    if len(shape) == 4:
        return f"give {form}, in grey: {_to_grey(shape)}"
    if len(shape) == 3 and shape[-1] in (3, 4) and min(shape[:2]) > 4:
        return f"that is one picture in colour; give {form}: images[..., :3].mean(axis=-1)[None]"
    if len(shape) == 2 and size is not None and shape[1] == size**2:
        return f"give {form}: images.reshape(-1, {size}, {size})"
    if len(shape) == 2:
        return f"that is one picture; give {form}: images[None]"
    if len(shape) != 3:
        return f"give {form}, one picture or more"
    sides = f"images are ({shape[1]}, {shape[2]})"
    if size is None:
        return "" if shape[1] == shape[2] else f"{sides}; give square ones: crop or pad them"
    if shape[1:] == (size, size):
        return ""
    wanted = f"({shape[0]}, {size}, {size})"
    resize = f'jax.image.resize(images, {wanted}, "linear")'
    return f"{sides}, but this encoder takes ({size}, {size}): {resize}, or set image_size"


def _to_grey(shape):
    """The code to write for one channel; channels may come last or second in the shape."""
    for axis, every in ((3, "images[..., {}]"), (1, "images[:, {}]")):
        if shape[axis] == 1:
            return every.format(0)
        if shape[axis] in (3, 4):  # a fourth channel is the pixel's opacity
            return f"{every.format(':3')}.mean(axis={axis})"
    return "one channel each"


def require_ink(images: ArrayLike) -> None:
    """ValueError where most of a picture is ink, since dark and light are then probably swapped.

    images are [n, height, width] of about 0 to 1, where 0 should be paper and 1 ink. Traced arrays
    are not checked.
    """
    if isinstance(images, jax.core.Tracer):
        return
    share = (np.asarray(images) > 0.5).mean(axis=(1, 2))
    if (share > 2 / 3).any():
        row = int(share.argmax())
        raise ValueError(
            f"picture {row} is ink in {share[row]:.0%} of its pixels; here 0 is paper and 1 is "
            "ink, so give 1 - images where yours have dark lines on light paper"
        )


def one_channel(images: ArrayLike, image_size: int | None) -> jax.Array:
    """Pictures [batch, image_size, image_size] as float32 [batch, image_size, image_size, 1].

    Raises: ValueError where require_pictures does.
    """
    require_pictures(images, image_size)
    return jnp.asarray(images, jnp.float32)[..., None]
