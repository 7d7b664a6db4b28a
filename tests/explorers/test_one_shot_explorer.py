"""The one-shot explorer: the kernel ranks a drawing as siamese_lib would, and enrols classes."""

import numpy as np
import pytest

from siamese_lib.datasets import GLYPH_SCRIPTS, load_glyphs
from siamese_lib.evaluation import classify_by_support
from siamese_lib.explorers import one_shot_explorer
from siamese_lib.explorers.one_shot import OneShotPicture, rank


def by_pixels(images):
    return np.asarray(images).reshape(len(images), -1)


def pictures(n, seed=0):
    return np.random.default_rng(seed).random((n, 28, 28)).round(2).astype(np.float32)


def as_bytes(image):
    return np.round(image * 255).astype(np.uint8).tobytes()


def ask(explorer, name):
    explorer.picture._handle_custom_msg({"enrol": name}, [])


def test_the_ranking_is_the_mean_cosine_to_each_class():
    rng = np.random.default_rng(1)
    support, query = rng.normal(size=(5, 3, 8)), rng.normal(size=(20, 8))
    shown = np.array([rank(list(support), q) for q in query])
    for i, q in enumerate(query):
        for c, examples in enumerate(support):
            cosines = [e @ q / np.linalg.norm(e) / np.linalg.norm(q) for e in examples]
            assert shown[i, c] == pytest.approx(np.mean(cosines), abs=1e-6)
    assert shown.argmax(axis=1).tolist() == classify_by_support(support, query).tolist()


def test_a_zero_vector_is_similar_to_nothing():
    assert rank([np.zeros((1, 4)), np.ones((2, 4))], np.zeros(4)).tolist() == [0, 0]


def test_a_drawing_is_answered_and_found_again():
    images = pictures(4)
    explorer = one_shot_explorer(by_pixels, images, ["a", "b", "c", "d"])
    explorer.picture.drawing = memoryview(as_bytes(images[2]))  # as the browser's bytes arrive
    assert np.argmax(explorer.picture.similarity) == 2
    assert explorer.picture.similarity[2] == pytest.approx(1, abs=1e-3)
    assert explorer.picture.answered == 1


def test_enrolling_adds_a_class_and_then_an_example():
    images, (heart, other, third) = pictures(3), pictures(3, seed=9)
    explorer = one_shot_explorer(by_pixels, images)
    picture = explorer.picture
    picture.drawing = as_bytes(heart)
    assert len(picture.similarity) == 3
    ask(explorer, " heart ")
    assert picture.names == ["class 1", "class 2", "class 3", "heart"]
    assert picture.enrolled == 1
    assert picture.similarity[3] == pytest.approx(1, abs=1e-4)
    assert picture.support[-784:] == as_bytes(heart)
    picture.drawing = as_bytes(other)
    ask(explorer, "heart")
    assert picture.names[3:] == ["heart"]
    picture.drawing = as_bytes(third)
    cosines = [
        float(np.vdot(third, x) / np.linalg.norm(third) / np.linalg.norm(x)) for x in (heart, other)
    ]
    assert picture.similarity[3] == pytest.approx(np.mean(cosines), abs=1e-3)


def test_nothing_is_enrolled_without_a_drawing_or_a_name():
    explorer = one_shot_explorer(by_pixels, pictures(2))
    ask(explorer, "heart")
    explorer.picture.drawing = as_bytes(pictures(1)[0])
    ask(explorer, "  ")
    assert explorer.picture.names == ["class 1", "class 2"]
    explorer.picture.drawing = b""
    assert explorer.picture.enrolled == 0


def test_the_recorded_encoder_knows_letters_it_never_met():
    explorer = one_shot_explorer()
    test = load_glyphs("test")
    hebrew = test.alphabet == GLYPH_SCRIPTS.index("Hebrew")
    images, label, drawer = test.images[hebrew], test.label[hebrew], test.drawer[hebrew]
    letters = np.unique(label)
    _, first = np.unique(label, return_index=True)
    right = []
    for k, letter in enumerate(letters):
        (rows,) = np.where((label == letter) & (drawer != drawer[first[k]]))
        explorer.picture.drawing = as_bytes(images[rows[0]])
        right.append(np.argmax(explorer.picture.similarity) == k)
    assert len(letters) >= 20
    assert np.mean(right) > 0.7  # pixels: about a quarter


def test_a_drawing_fills_the_picture_as_a_letter_does(call_program):
    strokes = [[[100, 50], [100, 250]], [[60, 150], [140, 150]]]
    (placed,) = call_program(OneShotPicture, "placement", [[strokes]])
    corners = [(placed["scale"] * x + placed["x"], placed["scale"] * y + placed["y"])
               for stroke in strokes for x, y in stroke]  # fmt: skip
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    assert (low + high) / 2 == pytest.approx([14, 14])
    assert high[1] - low[1] == pytest.approx(18 - 2.2)
    (dot,) = call_program(OneShotPicture, "placement", [[[[[5, 5]]]]])
    assert np.isfinite(list(dot.values())).all()


def test_the_order_is_by_falling_similarity(call_program):
    (order,) = call_program(OneShotPicture, "ranking", [[[0.1, 0.9, -0.5, 0.9], 3]])
    assert order == [[1, 0.9], [3, 0.9], [0, 0.1]]


def test_a_page_without_a_kernel_says_so(still):
    page = still(one_shot_explorer(by_pixels, pictures(3)))
    pad = page.get_by_role("application")
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 150, steps=5)
    page.mouse.up()
    page.get_by_text("no kernel listens").wait_for()
    page.get_by_role("button", name="enrol").click()
    assert page.locator(".siamese-sentence").inner_text() == "Type a name first, then enrol."
    page.get_by_label("name of the class to enrol").fill("cross")
    page.get_by_role("button", name="enrol").click()
    page.get_by_text("no kernel listens").wait_for()  # enrolling asks Python, too
    page.get_by_role("button", name="clear").click()
    assert "Draw a character" in page.locator(".siamese-sentence").inner_text()


def test_a_click_is_a_dot_that_one_sees(still):
    page = still(one_shot_explorer(by_pixels, pictures(3)))
    pad = page.get_by_role("application")
    inked = "pad => pad.getContext('2d').getImageData(0, 0, 560, 560).data.some(v => v > 0)"
    assert not pad.evaluate(inked)
    pad.click()
    assert pad.evaluate(inked)


def test_enrolling_says_what_became_of_the_drawing(call_program):
    names = ["aleph", "house"]
    new, known = call_program(OneShotPicture, "enrolledAs", [["rune", names], ["house", names]])
    assert new.startswith("rune is enrolled, from this one drawing. Press clear")
    assert known.startswith("One more drawing of house: its cosine is now the mean")


@pytest.mark.parametrize(
    ("images", "names", "said"),
    [
        (np.zeros((2, 14, 14)), None, r"images has shape \(2, 14, 14\); give \[n_way, 28, 28\]"),
        (np.zeros((0, 28, 28)), None, "images has shape"),
        (np.zeros((2, 28, 28)), ["a"], "1 names, 1 of them different, for 2 images"),
        (np.zeros((2, 28, 28)), ["a", "a"], "2 names, 1 of them different"),
    ],
)
def test_bad_input_is_refused(images, names, said):
    with pytest.raises(ValueError, match=said):
        one_shot_explorer(by_pixels, images, names)
