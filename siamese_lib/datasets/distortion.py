"""Random distortions of pictures: one drawing becomes as many as training asks for."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from siamese_lib.datasets.pictures import require_picture_shape
from siamese_lib.validate import (
    require_count,
    require_not_negative,
    require_option,
    require_rank,
)

_KNOTS = 5  # the bend is drawn at 5 x 5 points and runs straight between them


def distort(
    images, key, *, size=None, rotation=10.0, shear=0.2, scale=1.2, shift=2.0, bend=0.5
):  # fmt: skip
    """Every picture turned, slanted, stretched, moved and bent by its own random amounts.

    size is the side of the result (that of the pictures where none is given): pictures larger than
    the result keep their lines sharper. With all amounts 0 and scale 1 the picture is only read
    anew at that size. Pixels from outside are 0, paper.

    Shapes: images [n, side, side] float, key from jax.random.key -> [n, size, size] float32.
    Units: rotation in degrees to either side; shear as a slope to either side; scale as a factor
    for each axis, 1/scale to scale; shift and bend in pixels of the result, shift to either side,
    bend the standard deviation of a push at each of 5 x 5 points.
    Raises: ValueError on another rank, pictures that are not square, an empty batch, a size below
    1, a negative amount, a scale below 1, NaN or infinity.
    Source: Koch et al. 2015, section 3.2, affine distortions (turn, slant, stretch, move); the bend
    after Simard et al. 2003.
    """
    require_picture_shape(images)
    side = np.shape(images)[1]
    size = side if size is None else size
    require_count(size=size)
    require_not_negative(rotation=rotation, shear=shear, scale=scale, shift=shift, bend=bend)
    if scale < 1:
        raise ValueError(f"scale is {scale}; give 1 or more, both 1/scale and scale are drawn")
    amounts = {"rotation": rotation, "shear": shear, "scale": scale, "shift": shift, "bend": bend}
    return _distort(jnp.asarray(images, jnp.float32), key, size, amounts)


@partial(jax.jit, static_argnames="size")
def _distort(images, key, size, amounts):
    count, side, _ = images.shape
    for_matrix, for_shift, for_bend = jax.random.split(key, 3)
    middles = (jnp.arange(size) + 0.5) / size - 0.5  # in widths of the picture, from its centre
    grid = jnp.stack(jnp.meshgrid(middles, middles, indexing="ij"), axis=-1)
    points = jnp.einsum("nij,hwj->nhwi", _matrices(for_matrix, count, amounts), grid)
    moved = jax.random.uniform(for_shift, (count, 1, 1, 2), minval=-1, maxval=1)
    pixel = 1 / size
    points += moved * amounts["shift"] * pixel + _bends(for_bend, count, size) * (
        amounts["bend"] * pixel
    )
    return _read(images, (points + 0.5) * side - 0.5)


def _matrices(key, count, amounts):
    """[n, 2, 2]: stretch, slant and turn of (row, column), from the result back to the picture."""
    turn, slant, stretch = (
        jax.random.uniform(k, shape, minval=-1, maxval=1)
        for k, shape in zip(jax.random.split(key, 3), [count, count, (count, 2)], strict=True)
    )
    turn = jnp.deg2rad(amounts["rotation"]) * turn
    cos, sin, one, zero = jnp.cos(turn), jnp.sin(turn), jnp.ones(count), jnp.zeros(count)
    rotation = jnp.stack([cos, -sin, sin, cos], axis=-1).reshape(-1, 2, 2)
    slanted = jnp.stack([one, amounts["shear"] * slant, zero, one], axis=-1).reshape(-1, 2, 2)
    return rotation @ slanted * (amounts["scale"] ** stretch)[:, None, :]


def _bends(key, count, size):
    """Pushes of standard deviation 1 at 5 x 5 points, lines between: [n, size, size, 2]."""
    knots = jax.random.normal(key, (count, _KNOTS, _KNOTS, 2))
    place = (jnp.arange(size) + 0.5) / size * (_KNOTS - 1)
    weights = jnp.maximum(0, 1 - jnp.abs(place[:, None] - jnp.arange(_KNOTS)))  # [size, knots]
    return jnp.einsum("ha,nabc,wb->nhwc", weights, knots, weights)


def _read(images, points):
    """Values at points [n, h, w, 2] in pixels, between four neighbours; 0 outside."""
    count, side, _ = images.shape
    framed = jnp.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(count, -1)
    width = side + 2
    points = jnp.clip(points + 1, 0, side + 1)  # the frame of zeros is as far out as one can be
    corner = jnp.minimum(jnp.floor(points), side).astype(jnp.int32)
    below, right = jnp.moveaxis(points - corner, -1, 0)
    first = corner[..., 0] * width + corner[..., 1]

    def value(place):
        flat = place.reshape(count, -1)
        return jnp.take_along_axis(framed, flat, axis=1).reshape(place.shape)

    above = value(first) * (1 - right) + value(first + 1) * right
    under = value(first + width) * (1 - right) + value(first + width + 1) * right
    return above * (1 - below) + under * below


def rotate_quarter(images, turns):
    """Each picture turned by its own number of quarter turns, and mirrored where turns is 4 to 7.

    A letter on its side is a letter that no script has: one class becomes eight.

    Shapes: images [n, side, side] float, turns [n] int of 0 to 7 -> [n, side, side].
    Raises: ValueError on another rank, pictures that are not square, turns of another length or
    outside 0 to 7.
    Source: Santoro et al. 2016 and Snell et al. 2017, section 3.1 (quarter turns as new classes);
    the mirror is ours.
    """
    require_picture_shape(images)
    require_rank(1, "one number of turns a picture, [n]", turns=turns)
    if len(turns) != len(images):
        raise ValueError(
            f"images have shape {np.shape(images)} and turns {np.shape(turns)}; give a number each"
        )
    if not isinstance(turns, jax.core.Tracer):
        for turn in np.unique(turns):
            require_option("turns", int(turn), range(8))
    return _rotate_quarter(jnp.asarray(images), jnp.asarray(turns))


@jax.jit
def _rotate_quarter(images, turns):
    images = jnp.where((turns >= 4)[:, None, None], images[:, :, ::-1], images)
    all_four = jnp.stack([jnp.rot90(images, k, axes=(1, 2)) for k in range(4)])
    return all_four[turns % 4, jnp.arange(len(images))]
