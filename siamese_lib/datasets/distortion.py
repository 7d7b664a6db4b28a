"""Random distortions of pictures: they turn one drawing into as many as training needs."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from siamese_lib.datasets.pictures import require_picture_shape
from siamese_lib.validate import (
    require_count,
    require_not_negative,
    require_option,
    require_rank,
)

_KNOTS = 5  # the bend is drawn at 5 x 5 points and is linear between them


def distort(
    images: ArrayLike, key: jax.Array, *, size: int | None = None, rotation: float = 10.0,
    shear: float = 0.2, scale: float = 1.2, shift: float = 2.0, bend: float = 0.5,
) -> jax.Array:  # fmt: skip
    """Rotate, shear, scale, shift and bend every picture by random amounts of its own.

    size is the side of the result, by default that of the pictures; pictures larger than the
    result keep their lines sharper. With all amounts 0 and scale 1 the pictures are only resampled
    at that size. Pixels from beyond the edge are 0, paper.

    Shapes: images [n, side, side] float, key from jax.random.key -> [n, size, size] float32.
    Units: rotation in degrees, to either side; shear is a slope, to either side; scale is the
    largest factor, drawn for each axis from 1/scale to scale; shift and bend are in pixels of the
    result: shift goes to either side, bend is the standard deviation of the displacement at each of
    5 x 5 points.
    Raises: ValueError on another rank, pictures that are not square, an empty batch, a size below
    1, a negative amount, a scale below 1, NaN or infinity.
    Source: Koch et al. 2015, section 3.2, affine distortions (rotate, shear, scale, shift); the
    bend follows Simard et al. 2003.
    """
    require_picture_shape(images)
    side = np.shape(images)[1]
    size = side if size is None else size
    require_count(size=size)
    require_not_negative(rotation=rotation, shear=shear, scale=scale, shift=shift, bend=bend)
    if scale < 1:
        raise ValueError(f"scale is {scale}; give 1 or more: factors are 1/scale to scale")
    amounts = {"rotation": rotation, "shear": shear, "scale": scale, "shift": shift, "bend": bend}
    return _distort(jnp.asarray(images, jnp.float32), key, size, amounts)


@partial(jax.jit, static_argnames="size")
def _distort(images, key, size, amounts):
    count, side, _ = images.shape
    for_matrix, for_shift, for_bend = jax.random.split(key, 3)
    middles = (jnp.arange(size) + 0.5) / size - 0.5  # from the centre, in widths of the picture
    grid = jnp.stack(jnp.meshgrid(middles, middles, indexing="ij"), axis=-1)
    points = jnp.einsum("nij,hwj->nhwi", _matrices(for_matrix, count, amounts), grid)
    moved = jax.random.uniform(for_shift, (count, 1, 1, 2), minval=-1, maxval=1)
    pixel = 1 / size
    points += moved * amounts["shift"] * pixel + _bends(for_bend, count, size) * (
        amounts["bend"] * pixel
    )
    return _read(images, (points + 0.5) * side - 0.5)


def _matrices(key, count, amounts):
    """Maps [n, 2, 2] of (row, column) from the result back to the picture: scale, shear, rotate."""
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
    """Displacements [n, size, size, 2]: of standard deviation 1 at 5 x 5 points, linear between."""
    knots = jax.random.normal(key, (count, _KNOTS, _KNOTS, 2))
    place = (jnp.arange(size) + 0.5) / size * (_KNOTS - 1)
    weights = jnp.maximum(0, 1 - jnp.abs(place[:, None] - jnp.arange(_KNOTS)))  # [size, knots]
    return jnp.einsum("ha,nabc,wb->nhwc", weights, knots, weights)


def _read(images, points):
    """Values at points [n, h, w, 2] in pixels, interpolated between four neighbours; 0 outside."""
    count, side, _ = images.shape
    framed = jnp.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(count, -1)
    width = side + 2
    points = jnp.clip(points + 1, 0, side + 1)  # points further out land in the frame of zeros
    corner = jnp.minimum(jnp.floor(points), side).astype(jnp.int32)
    below, right = jnp.moveaxis(points - corner, -1, 0)
    first = corner[..., 0] * width + corner[..., 1]

    def value(place):
        flat = place.reshape(count, -1)
        return jnp.take_along_axis(framed, flat, axis=1).reshape(place.shape)

    above = value(first) * (1 - right) + value(first + 1) * right
    under = value(first + width) * (1 - right) + value(first + width + 1) * right
    return above * (1 - below) + under * below


def rotate_quarter(images: ArrayLike, turns: ArrayLike) -> jax.Array:
    """Rotate each picture by its own number of quarter turns; where turns is 4 to 7, mirror it too.

    A letter on its side belongs to no script, so it counts as a new class: one becomes eight.

    Shapes: images [n, side, side] float, turns [n] int of 0 to 7 -> [n, side, side].
    Raises: ValueError on another rank, pictures that are not square, turns of another length or
    outside 0 to 7.
    Source: Santoro et al. 2016 and Snell et al. 2017, section 3.1 (quarter turns as new classes);
    mirroring is our addition.
    """
    require_picture_shape(images)
    require_rank(1, "one number of turns per picture, [n]", turns=turns)
    if np.shape(turns) != np.shape(images)[:1]:
        raise ValueError(
            f"images have shape {np.shape(images)} and turns {np.shape(turns)}; give each picture "
            "its number of turns"
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
