"""Distortions: amounts of 0 change nothing, and scipy reads the same values at the same points."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from siamese_lib.datasets import distort, distortion, rotate_quarter

rng = np.random.default_rng(6)
IMAGES = rng.random((4, 12, 12)).astype(np.float32)
KEY = jax.random.key(1)
STILL = {"rotation": 0, "shear": 0, "scale": 1, "shift": 0, "bend": 0}


def test_amounts_of_0_leave_the_picture_as_it_is():
    np.testing.assert_allclose(distort(IMAGES, KEY, **STILL), IMAGES, atol=1e-5)


def test_reading_at_half_the_size_takes_the_mean_of_four_pixels():
    small = distort(IMAGES, KEY, size=6, **STILL)
    np.testing.assert_allclose(small, IMAGES.reshape(4, 6, 2, 6, 2).mean(axis=(2, 4)), atol=1e-5)


def test_values_between_pixels_are_scipy_s():
    points = rng.uniform(-3, 14, size=(4, 5, 5, 2)).astype(np.float32)
    ours = distortion._read(jnp.asarray(IMAGES), jnp.asarray(points))
    framed = np.pad(IMAGES, ((0, 0), (4, 4), (4, 4)))  # scipy's own edge rule is another one
    for image, place, values in zip(framed, points, ours, strict=True):
        expected = map_coordinates(image, np.moveaxis(place, -1, 0) + 4, order=1)
        np.testing.assert_allclose(values, expected, atol=1e-4)


@pytest.mark.parametrize(
    "option,amount,matrix",
    [
        ("rotation", 80.0, lambda u: [[np.cos(u), -np.sin(u)], [np.sin(u), np.cos(u)]]),
        ("shear", 0.4, lambda u: [[1, u], [0, 1]]),
    ],
)
def test_a_turn_is_a_turn_and_a_slant_a_slant(option, amount, matrix):
    amounts = {name: float(value) for name, value in (STILL | {option: amount}).items()}
    found = np.asarray(distortion._matrices(KEY, 200, amounts))
    most = np.radians(amount) if option == "rotation" else amount
    drawn = np.arcsin(found[:, 1, 0]) if option == "rotation" else found[:, 0, 1]
    assert np.abs(drawn).max() <= most and drawn.min() < -0.8 * most and drawn.max() > 0.8 * most
    expected = np.stack([matrix(u) for u in drawn])
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_scale_stretches_each_axis_by_its_own_factor_both_ways():
    found = np.asarray(distortion._matrices(KEY, 500, STILL | {"scale": 1.5}))
    factors = found[:, [0, 1], [0, 1]]
    assert 1 / 1.5 <= factors.min() < 0.7 and 1.4 < factors.max() <= 1.5
    assert abs(np.corrcoef(factors.T)[0, 1]) < 0.2
    assert abs(np.median(factors) - 1) < 0.05


def test_shift_is_in_pixels_of_the_result():
    dot = np.zeros((300, 30, 30), np.float32)
    dot[:, 14:16, 14:16] = 1
    moved = np.asarray(distort(dot, KEY, size=15, **STILL | {"shift": 4}))
    centre = np.einsum("nhw,h->n", moved, np.arange(15)) / moved.sum(axis=(1, 2))
    assert np.abs(centre - 7).max() <= 4.01 and centre.min() < 3.5 and centre.max() > 10.5


def test_the_bend_has_the_standard_deviation_asked_for_and_is_smooth():
    pushes = np.asarray(distortion._bends(KEY, 1000, 100))
    at_knot = pushes[:, 0, 0]  # next to the corner
    assert abs(at_knot.std() - 1) < 0.1
    assert np.abs(np.diff(pushes, axis=1)).mean() < 0.1


def test_each_picture_is_distorted_its_own_way_and_a_key_repeats_itself():
    same = np.broadcast_to(IMAGES[0], (3, 12, 12))
    first, second = (np.asarray(distort(same, KEY)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.allclose(first[0], first[1])
    assert not np.allclose(first, distort(same, jax.random.key(2)))


@pytest.mark.parametrize(
    "images,options,said",
    [
        (np.zeros((3, 3)), {}, r"images has shape \(3, 3\)"),
        (np.zeros((1, 3, 4)), {}, r"images are \(3, 4\); give square ones"),
        (np.full((1, 3, 3), np.nan), {}, "images holds nan"),
        (IMAGES, {"size": 0}, "size is 0"),
        (IMAGES, {"bend": -1}, "bend is -1"),
        (IMAGES, {"scale": 0.5}, "scale is 0.5; give 1 or more"),
    ],
)
def test_bad_input_to_distort(images, options, said):
    with pytest.raises(ValueError, match=said):
        distort(images, KEY, **options)


def test_quarter_turns_and_mirrors_are_numpy_s():
    picture = np.repeat(IMAGES[:1], 8, axis=0)
    turned = rotate_quarter(picture, np.arange(8))
    for k in range(4):
        np.testing.assert_array_equal(turned[k], np.rot90(IMAGES[0], k))
        np.testing.assert_array_equal(turned[4 + k], np.rot90(IMAGES[0][:, ::-1], k))
    assert len({np.asarray(image).tobytes() for image in turned}) == 8


@pytest.mark.parametrize(
    "images,turns,said",
    [
        (IMAGES, [0, 1], r"turns \(2,\)"),
        (IMAGES, [0, 1, 2, 8], "turns is 8"),
        (IMAGES[0], [0], "images has shape"),
    ],
)
def test_bad_input_to_rotate_quarter(images, turns, said):
    with pytest.raises(ValueError, match=said):
        rotate_quarter(images, np.array(turns))
