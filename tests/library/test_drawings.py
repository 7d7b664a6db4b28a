"""Drawings of ideas: what they draw is what they were given, brute force says the same."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.patches import FancyArrowPatch

from siamese_lib import plots
from siamese_lib.losses import TRIPLET_KINDS, triplet_kind

rng = np.random.default_rng(7)


@pytest.fixture(autouse=True)
def styled():
    plots.style()
    yield
    plt.close("all")


def arrows(axes):
    """(tail, head) of every arrow."""
    found = [t for t in axes.texts if isinstance(getattr(t, "arrow_patch", None), FancyArrowPatch)]
    return [(np.array(t.xyann), np.array(t.xy)) for t in found]


def written(axes):
    return [text.get_text() for text in axes.texts if text.get_text()]


def place(x, y):
    return round(float(x), 3), round(float(y), 3)


def cells(axes):
    """{(x, y): (text, colour of the ground)} of a table's cells."""
    grounds = {place(*p.get_center()): p.get_facecolor() for p in axes.patches if p.fill}
    texts = {place(*text.get_position()): text.get_text() for text in axes.texts}
    return {at: (texts[at], colour) for at, colour in grounds.items()}


def framed(axes, dashes):
    found = [patch for patch in axes.patches if not patch.fill]
    return {place(*patch.get_center()) for patch in found if patch.get_linestyle() == dashes}


@pytest.mark.parametrize("second", [(0, -2), (-1, -2), (3, 1)], ids=("down", "back", "on"))
def test_two_gradients_stand_head_to_tail_and_their_sum_closes_the_triangle(second):
    figure = plots.gradient_sum((2, 4), second, weights=("u", "v"))
    corners = np.array([(0, 0), (2, 4), np.add((2, 4), second)])
    expected = [(corners[0], corners[1]), (corners[1], corners[2]), (corners[0], corners[2])]
    np.testing.assert_allclose(arrows(figure.axes[0]), expected)
    assert (
        written(figure.axes[0])[2] == f"shared weights\n({corners[2, 0]:.1f}, {corners[2, 1]:.1f})"
    )
    assert figure.axes[0].get_xlabel() == "gradient of u"


def test_a_gradient_that_is_no_pair_is_quoted():
    with pytest.raises(ValueError, match=r"second has shape \(3,\); give two numbers"):
        plots.gradient_sum((1, 2), (1, 2, 3), weights=("u", "v"))


@pytest.mark.parametrize("degrees", [10, 60, 90, 120, 200])
def test_the_shadow_ends_at_the_foot_of_the_perpendicular_and_is_the_cosine(degrees):
    turn = np.radians([20, 20 + degrees])
    anchor, positive = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    figure = plots.unit_circle({"anchor": 3 * anchor, "positive": positive}, shadows=["positive"])
    lines = figure.axes[0].lines
    band, perpendicular = lines[0].get_xydata(), lines[2].get_xydata()
    foot = np.cos(np.radians(degrees)) * anchor
    np.testing.assert_allclose(band, [(0, 0), foot], atol=1e-12)
    np.testing.assert_allclose(perpendicular, [positive, foot], atol=1e-12)
    assert abs((positive - foot) @ anchor) < 1e-12
    assert f"shadow {np.cos(np.radians(degrees)) + 1e-9:.3f}" in written(figure.axes[0])


def test_vectors_are_drawn_at_length_1_and_their_letters_keep_apart():
    near = {"anchor": (2, 0.01), "positive": (3, 0), "negative": (-1, 0.001)}
    figure = plots.unit_circle(near)
    lengths = [np.linalg.norm(head) for _, head in arrows(figure.axes[0])]
    np.testing.assert_allclose(lengths, 1)
    places = np.array([text.get_position() for text in figure.axes[0].texts if text.get_text()])
    assert written(figure.axes[0]) == ["A", "P", "N"]
    assert np.linalg.norm(places[0] - places[1]) > 0.35


def test_a_vector_with_no_direction_is_quoted():
    with pytest.raises(ValueError, match="negative is the zero vector"):
        plots.unit_circle({"negative": (0, 0)})


def test_each_circle_shows_its_step_and_pale_what_came_between():
    turn = np.linspace(0, 1, 9)
    walk = {
        role: np.stack([np.cos(start + turn), np.sin(start + turn)], axis=1)
        for role, start in (("anchor", 0), ("positive", 1), ("negative", 2))
    }
    costs = np.linspace(1, -1, 9)
    figure = plots.turning(walk, costs, at=(0, 3, 8))
    curve, *circles = figure.axes
    np.testing.assert_array_equal(curve.lines[0].get_ydata(), costs)
    np.testing.assert_array_equal(curve.lines[1].get_xdata(), (0, 3, 8))
    assert same_color(curve.lines[0].get_color(), plots.COLOURS["ink"])
    assert [len(axes.lines) for axes in circles] == [0, 9, 15]
    for axes, step in zip(circles, (0, 3, 8), strict=True):
        heads = [head for _, head in arrows(axes)]
        np.testing.assert_allclose(heads, [steps[step] for steps in walk.values()])


@pytest.mark.parametrize(("count", "at"), [(4, (0, 2)), (3, (0, 3))], ids=("costs", "step"))
def test_a_walk_that_does_not_fit_is_quoted(count, at):
    with pytest.raises(ValueError, match=rf"at is \(0, .\), with {count} costs and walks of \[3\]"):
        plots.turning({"anchor": np.ones((3, 2))}, [0.0] * count, at=at)


def test_a_batch_and_its_matrix_are_written_out_and_one_entry_is_followed():
    v1, v2 = rng.uniform(-1, 1, (2, 4, 3))
    figure = plots.batch_matrix(v1, v2, entry=(2, 0))
    found = cells(figure.axes[0])
    assert len(found) == 4 * 3 * 2 + 4 * 4
    for i, j in np.ndindex(4, 4):
        assert found[j, i][0] == f"{np.round(v1[i] @ v2[j], 2) + 0.0:.2f}"
    assert framed(figure.axes[0], "--") == {(0, 2)}
    assert framed(figure.axes[0], "-") == {(k, k) for k in range(4)}
    strong = [text for text, colour in found.values() if colour[3] == 0.5]
    assert strong == [f"{value:.2f}" for value in (*v1[2], *v2[0])]


@pytest.mark.parametrize(
    ("shape", "entry", "said"),
    [
        ((4, 2), (0, 0), r"v1 has shape \(3, 2\), v2 \(4, 2\)"),
        ((3, 2), (0, 3), r"entry is \(0, 3\)"),
    ],
)
def test_a_batch_that_does_not_fit_is_quoted(shape, entry, said):
    with pytest.raises(ValueError, match=said):
        plots.batch_matrix(np.ones((3, 2)), np.ones(shape), entry=entry)


def test_triplets_have_the_colour_of_their_kind_and_what_is_none_has_no_colour():
    angles = np.radians([0, 30, 45, 80, 20])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    labels = np.array(list("aabba"))
    figure = plots.triplet_table(vectors @ vectors.T, labels, margin=0.25, entry=(0, 1, 2))
    below, above = plots.COLOURS["below"], plots.COLOURS["above"]
    grounds = dict(zip(TRIPLET_KINDS, ((below, 0.2), (above, 0.15), (above, 0.35)), strict=True))
    seen = set()
    for i, axes in enumerate(figure.axes):
        found = cells(axes)
        for j, k in np.ndindex(5, 5):
            text, colour = found[k, j]
            gap = vectors[i] @ vectors[k] - vectors[i] @ vectors[j]
            assert text == f"{np.round(gap, 2) + 0.0:.2f}"
            if i != j and labels[i] == labels[j] and labels[i] != labels[k]:
                rows = (vectors[[index]] for index in (i, j, k))
                (kind,) = triplet_kind(*rows, margin=0.25)
                seen.add(int(kind))
                assert same_color(colour, grounds[TRIPLET_KINDS[int(kind)]])
            else:
                assert same_color(colour, "#F4F4F4")
    assert seen == {0, 1, 2}
    assert framed(figure.axes[0], "--") == {(2, 1), (2, -1.4), (-1.4, 1)}


@pytest.mark.parametrize(
    ("labels", "entry", "said"),
    [("aab", (0, 1, 2), r"similarity has shape \(4, 4\); give \(3, 3\)"),
     ("aabb", (0, 1, 4), r"entry is \(0, 1, 4\)")],
)  # fmt: skip
def test_a_table_that_does_not_fit_is_quoted(labels, entry, said):
    with pytest.raises(ValueError, match=said):
        plots.triplet_table(np.eye(4), list(labels), margin=0.25, entry=entry)
