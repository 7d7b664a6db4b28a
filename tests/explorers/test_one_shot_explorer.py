"""The one-shot explorer: page and kernel rank a drawing as siamese_lib would; enrol and forget."""

import numpy as np
import pytest
from browser import embed_in_page

from siamese_lib.datasets import GLYPH_SCRIPTS, load_glyphs
from siamese_lib.encoders import glyph_encoder
from siamese_lib.encoders.pretrained import GLYPH_WEIGHTS
from siamese_lib.evaluation import classify_by_support
from siamese_lib.explorers import one_shot_explorer
from siamese_lib.explorers.one_shot import OneShotPicture, rank
from siamese_lib.training import encode


def by_pixels(images):
    return np.asarray(images).reshape(len(images), -1)


def pictures(n, seed=0):
    return np.random.default_rng(seed).random((n, 28, 28)).round(2).astype(np.float32)


def as_bytes(image):
    return np.round(image * 255).astype(np.uint8).tobytes()


def enrol(picture, name, image):
    """What the page sends to the kernel when the drawing gets a name."""
    names = [*picture.names] if name in picture.names else [*picture.names, name]
    with picture.hold_trait_notifications():
        picture.enrolled += len(names) - len(picture.names)
        picture.names, picture.support = names, picture.support + as_bytes(image)
        picture.owner = [*picture.owner, names.index(name)]


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


def test_the_kernel_ranks_what_the_page_enrolled():
    images, (heart, other, third) = pictures(3), pictures(3, seed=9)
    picture = one_shot_explorer(by_pixels, images).picture
    picture.drawing = as_bytes(heart)
    assert len(picture.similarity) == 3
    enrol(picture, "heart", heart)
    assert picture.similarity[3] == pytest.approx(1, abs=1e-4)
    enrol(picture, "heart", other)
    picture.drawing = as_bytes(third)
    cosines = [
        float(np.vdot(third, x) / np.linalg.norm(third) / np.linalg.norm(x)) for x in (heart, other)
    ]
    assert picture.similarity[3] == pytest.approx(np.mean(cosines), abs=1e-3)


SUPPORT = {"names": ["a", "b"], "owner": [0, 1], "support": ["A", "B"], "enrolled": 0}


def test_enrolling_and_forgetting_are_each_others_opposite(call_program):
    (with_c,) = call_program(OneShotPicture, "enrolIn", [[SUPPORT, "c", "C1"]])
    assert with_c == {
        "names": ["a", "b", "c"], "owner": [0, 1, 2], "support": ["A", "B", "C1"], "enrolled": 1,
    }  # fmt: skip
    (with_d,) = call_program(OneShotPicture, "enrolIn", [[with_c, "d", "D1"]])
    (more,) = call_program(OneShotPicture, "enrolIn", [[with_d, "c", "C2"]])
    assert more["owner"] == [0, 1, 2, 3, 2]
    (without_c,) = call_program(OneShotPicture, "forgetIn", [[more, "c"]])
    assert without_c == {
        "names": ["a", "b", "d"], "owner": [0, 1, 2], "support": ["A", "B", "D1"], "enrolled": 1,
    }  # fmt: skip
    (again,) = call_program(OneShotPicture, "forgetIn", [[without_c, "d"]])
    assert again == SUPPORT


def test_what_was_there_to_begin_with_is_never_forgotten(call_program):
    (twice,) = call_program(OneShotPicture, "enrolIn", [[SUPPORT, "a", "A2"]])
    assert twice == SUPPORT | {"owner": [0, 1, 0], "support": ["A", "B", "A2"]}
    for state, name in ((twice, "a"), (SUPPORT, "a"), (SUPPORT, "nobody")):
        (found,) = call_program(OneShotPicture, "forgetIn", [[state, name]])
        assert found == SUPPORT


def test_the_page_ranks_as_the_library_does(call_program):
    rng = np.random.default_rng(2)
    vectors, query = rng.normal(size=(9, 8)), rng.normal(size=8)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query /= np.linalg.norm(query)
    owner = [0, 1, 2, 0, 0, 1, 3, 3, 2]
    expected = rank([vectors[np.array(owner) == k] for k in range(4)], query)
    given = [[vectors.tolist(), owner, query.tolist(), 4]]
    assert call_program(OneShotPicture, "similarities", given)[0] == pytest.approx(expected)


def drawings():
    """A hundred: letters of every kind, noise, one without ink and one of nothing else."""
    test = load_glyphs("test")
    chosen = np.random.default_rng(3).choice(len(test.images), 90, replace=False)
    edge = np.zeros((1, 28, 28)), np.ones((1, 28, 28)), np.eye(28)[None]
    return np.concatenate([test.images[chosen], pictures(7), *edge]).astype(np.float32)


def test_the_encoder_in_the_page_is_that_of_the_library(chromium, loopback):
    bytes_of = [list(as_bytes(image)) for image in drawings()]
    assert len(bytes_of) == 100
    vectors = embed_in_page(chromium, loopback, OneShotPicture, GLYPH_WEIGHTS, bytes_of)
    # 0, 1 and noise are no letters, so `encode` would refuse them: the network itself is asked.
    rounded = np.array(bytes_of, np.float32).reshape(-1, 28, 28) / 255
    expected = np.asarray(glyph_encoder()(rounded))
    assert np.abs(np.array(vectors) - expected).max() < 1e-5


def test_a_half_is_read_as_numpy_reads_it(call_program):
    bits = [0, 1, 0x3C00, 0xBC00, 0x7BFF, 0x0400, 0x03FF, 0x8001, 0x3555, 0x7C00, 0xFC00]
    read = call_program(OneShotPicture, "half", [[b] for b in bits])
    assert read == np.array(bits, np.uint16).view(np.float16).astype(float).tolist()


def test_the_recorded_encoder_knows_letters_it_never_met():
    test = load_glyphs("test")
    hebrew = test.alphabet == GLYPH_SCRIPTS.index("Hebrew")
    images, label, drawer = test.images[hebrew], test.label[hebrew], test.drawer[hebrew]
    letters, first = np.unique(label, return_index=True)
    rows = [np.where((label == letter) & (drawer != drawer[first[k]]))[0][0]
            for k, letter in enumerate(letters)]  # fmt: skip
    vectors = encode(glyph_encoder(), images)
    right = [rank([v[None] for v in vectors[first]], vectors[r]).argmax() == k
             for k, r in enumerate(rows)]  # fmt: skip
    assert len(letters) >= 20
    assert np.mean(right) > 0.7  # pixels: about a quarter


def stroke(page, *points):
    box = page.get_by_role("application").bounding_box()
    (x, y), *rest = [(box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in points]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=6)
    page.mouse.up()


def house(page, lean=0.0):
    stroke(page, (0.3, 0.8), (0.3, 0.45 + lean), (0.5, 0.2), (0.7, 0.45), (0.7, 0.8), (0.3, 0.8))


def test_with_no_kernel_the_pad_enrols_recognises_and_forgets(still):
    page = still(one_shot_explorer())
    sentence, named = page.locator(".siamese-sentence"), page.get_by_role("textbox")
    page.get_by_role("button", name="enrol").click()
    assert "Draw a character first" in sentence.inner_text()
    house(page)
    page.get_by_text("Closest is Hebrew").wait_for()
    named.fill("house")
    page.get_by_role("button", name="enrol").click()
    page.get_by_text("house is enrolled, from this one drawing").wait_for()
    page.get_by_role("button", name="clear").click()
    house(page, lean=0.15)
    page.get_by_text("Closest is house, cosine 0.").wait_for()
    page.get_by_role("button", name="forget").click()
    page.get_by_text("house is forgotten. 23 classes to begin with.").wait_for()
    assert page.locator(".siamese-who").first.inner_text().startswith("Hebrew")
    page.get_by_role("button", name="forget").click()
    assert "enrolled nothing under the name house" in sentence.inner_text()


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
