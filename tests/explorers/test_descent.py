"""The descent explorer: its steps are notebook 02's, as JAX takes them, and a drag starts anew."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from siamese_lib.energy import cosine_similarity
from siamese_lib.explorers import descent_explorer
from siamese_lib.explorers.descent import RATE, STEPS, DescentPicture

STARTS = [[[1.0, 0.0], [-0.2, 1.0], [1.0, 0.35]], [[0.3, -0.4], [2.0, 0.1], [-1.0, -3.0]]]


def cost(a, p, n):
    return -cosine_similarity(a, p) + cosine_similarity(a, n)


def by_jax(start):
    path = [[jnp.asarray(vector) for vector in start]]
    for _ in range(STEPS):
        steps = jax.grad(cost, argnums=(0, 1, 2))(*path[-1])
        path.append([v - RATE * step for v, step in zip(path[-1], steps, strict=True)])
    return np.array(path)


def test_every_step_is_the_one_that_jax_takes(call_program):
    shown = call_program(DescentPicture, "descend", [[start, RATE, STEPS] for start in STARTS])
    expected = np.stack([by_jax(start) for start in STARTS])
    assert np.array(shown).shape == (2, STEPS + 1, 3, 2)
    np.testing.assert_allclose(shown, expected, atol=2e-5)
    costs = call_program(DescentPicture, "costOf", [[vectors] for vectors in shown[0]])
    np.testing.assert_allclose(costs, [cost(*v) for v in expected[0]], atol=2e-5)
    assert costs[0] == pytest.approx(1.140, abs=5e-4)  # what notebook 02 prints
    assert costs[-1] == pytest.approx(-1.675, abs=5e-4)


def number(page, name):
    return float(page.locator(f"output[aria-label='{name}']").get_attribute("data-value"))


def degrees(page, letter):
    handle = page.get_by_role("slider", name=f"direction of {letter} in degrees")
    return float(handle.get_attribute("aria-valuenow"))


def test_the_slider_turns_the_three_arrows_and_moves_the_cost(still):
    page = still(descent_explorer())
    path = by_jax(STARTS[0])
    angles = np.degrees(np.arctan2(path[..., 1], path[..., 0]))
    assert number(page, "step") == 0
    page.get_by_role("slider", name="step", exact=True).focus()
    for step in (1, 2):
        page.keyboard.press("ArrowRight")
        shown = [degrees(page, letter) for letter in "APN"]
        np.testing.assert_allclose(shown, angles[step], atol=0.6)
    page.keyboard.press("End")
    assert number(page, "cost") == pytest.approx(float(cost(*path[-1])), abs=1e-4)
    # Each trail has a point for each step, and ends at the disc.
    for role, letter in (("anchor", "A"), ("positive", "P"), ("negative", "N")):
        trail = page.locator(f".siamese-trail.siamese-{role}").get_attribute("d")[1:].split("L")
        handle = page.get_by_role("slider", name=f"direction of {letter} in degrees")
        place = handle.get_attribute("transform").removeprefix("translate(").removesuffix(")")
        assert len(trail) == STEPS + 1
        np.testing.assert_allclose(
            *(np.array(s.split(), float) for s in (trail[-1], place)), atol=0.01
        )


def test_the_point_on_the_curve_moves_the_step(still):
    page = still(descent_explorer())
    page.get_by_role("slider", name="step on the cost curve").focus()
    page.keyboard.press("End")
    slider = page.get_by_role("slider", name="step", exact=True)
    assert float(slider.get_attribute("aria-valuenow")) == STEPS


def test_a_turned_vector_makes_a_new_start_of_the_three_as_they_stand(still):
    page = still(descent_explorer())
    page.get_by_role("slider", name="step", exact=True).focus()
    page.keyboard.press("End")
    before = [degrees(page, letter) for letter in "APN"]
    page.get_by_role("slider", name="direction of N in degrees").focus()
    page.keyboard.press("ArrowLeft")
    assert number(page, "step") == 0
    np.testing.assert_allclose(
        [degrees(page, letter) for letter in "APN"], np.add(before, [0, 0, 2]), atol=1
    )


def test_at_the_worst_start_nothing_moves(still):
    page = still(descent_explorer([1, 0], [-1, 0], [1, 0]))
    page.get_by_role("slider", name="step", exact=True).focus()
    page.keyboard.press("End")
    assert number(page, "cost") == pytest.approx(2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"anchor": [1, 0, 0]}, r"anchor has shape \(3,\); give two numbers"),
        ({"positive": [0, 0]}, "positive is the zero vector; give one with a direction"),
        ({"negative": [1, np.nan]}, "negative holds nan"),
    ],
)
def test_bad_input_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        descent_explorer(**change)
