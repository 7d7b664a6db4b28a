"""Plots show what they are given; every figure carries its alternative text."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color, to_rgb

import siamese_lib
from siamese_lib import plots

rng = np.random.default_rng(6)


@pytest.fixture(autouse=True)
def styled():
    plots.style()
    yield
    plt.close("all")


def relative_luminance(colour):
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


def test_role_colours_stand_out_from_white_and_from_each_other():
    for colour in plots.COLOURS.values():
        assert 1.05 / (relative_luminance(colour) + 0.05) >= 2.9
    roles = [to_rgb(plots.COLOURS[role]) for role in ("anchor", "positive", "negative")]
    # Deuteranopia, after Vienot et al. 1999: red and green cones answer alike.
    seen = [(0.29275 * r + 0.70725 * g, b) for r, g, b in roles]
    for i in range(3):
        for j in range(i):
            assert np.hypot(*np.subtract(seen[i], seen[j])) > 0.15


def test_a_role_has_the_same_colour_in_figures_and_explorers():
    style = Path(siamese_lib.__file__).with_name("explorers") / "explorers.css"
    css = style.read_text(encoding="utf-8")
    named = dict(re.findall(r"--(\w+): (#\w+);", css))
    assert {"anchor", "positive", "negative", "accent"} <= named.keys()
    for role in named.keys() & plots.COLOURS.keys():
        assert named[role] == plots.COLOURS[role], role
    shown = re.findall(r"\.siamese-class\d \{ --role: (\S+?);", css)
    assert [c for c in shown if c != "currentColor"] == [c for c in plots.CLASSES if c != "#5D5D5D"]


def test_the_matrix_is_written_out_and_its_diagonal_framed():
    s = rng.uniform(-1, 1, (3, 4))
    figure = plots.similarity_matrix(s, rows="abc", columns="wxyz", title="t", label="cosine")
    texts = [t.get_text() for t in figure.axes[0].texts]
    assert texts == [f"{v:.2f}" for v in s.flat]
    assert len(figure.axes[0].patches) == 3
    assert figure.axes[1].get_ylabel() == "cosine"


def test_the_map_shows_two_dimensions_as_they_are_and_more_by_their_main_directions():
    points = rng.normal(size=(20, 2))
    figure = plots.embedding_map(points, np.repeat([0, 1], 10), names=["same", "other"])
    drawn = np.concatenate([c.get_offsets() for c in figure.axes[0].collections])
    np.testing.assert_allclose(drawn, points)
    flat = np.c_[points * [5, 2], np.zeros((20, 3))]
    figure = plots.embedding_map(flat, np.zeros(20))
    drawn = figure.axes[0].collections[0].get_offsets()
    lengths = np.linalg.norm((flat - flat.mean(0))[:, :2], axis=1)
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), lengths, atol=1e-6)


def test_the_histogram_counts_every_pair():
    is_same = rng.integers(0, 2, 200)
    similarity = rng.uniform(-0.5, 1, 200)
    figure = plots.pair_histogram(similarity, is_same, threshold=0.3)
    assert sum(p.get_height() for p in figure.axes[0].patches) == 200
    assert any("0.30" in t.get_text() for t in figure.axes[0].get_legend().get_texts())


def test_roc_and_loss_and_grid():
    figure = plots.roc({"model": (np.array([0, 1]), np.array([0, 1]))})
    assert figure.axes[0].get_xlabel() == "false positive rate"
    history = {"loss": list(rng.random(50)), "epoch_loss": [1, 2], "validation": [0.5, 0.6]}
    figure = plots.loss_curve(history)
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), history["loss"])
    assert all(same_color(line.get_color(), plots.COLOURS["ink"]) for line in figure.axes[0].lines)
    np.testing.assert_array_equal(figure.axes[1].lines[0].get_xdata(), [25, 50])
    assert figure.axes[1].get_ylabel() == "validation"
    figure = plots.loss_curve(history, validation="pairs right")
    assert figure.axes[1].get_ylabel() == "pairs right"
    figure = plots.image_grid(
        rng.random((7, 4, 4)), columns=5, titles=list("abcdefg"), frames=["C0"] * 7
    )
    assert sum(bool(axes.images) for axes in figure.axes) == 7
    assert len(figure.axes) == 10


def test_show_needs_a_sentence_and_hands_it_on(monkeypatch):
    shown = []
    monkeypatch.setattr(
        "IPython.display.display", lambda data, **options: shown.append((data, options))
    )
    plots.show(plt.figure(), alt="A blank figure with nothing in it.")
    data, options = shown[0]
    assert (
        data["text/plain"]
        == options["metadata"]["image/png"]["alt"]
        == "A blank figure with nothing in it."
    )
    assert not plt.get_fignums()
    with pytest.raises(ValueError, match="alt is 'plot'"):
        plots.show(plt.figure(), alt="plot")


def test_the_live_curve_redraws_in_place(monkeypatch):
    updates = []

    class Handle:
        def update(self, data, **options):
            updates.append(data)

    monkeypatch.setattr("IPython.display.display", lambda *_, **__: Handle())
    draw = plots.live_loss_curve()
    for steps in (10, 20):
        draw({"loss": [1.0] * steps, "epoch_loss": [1.0], "validation": []})
    assert len(updates) == 2
    assert "image/png" in updates[1]
