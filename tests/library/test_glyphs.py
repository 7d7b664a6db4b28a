"""Rendered letters: complete, distinct, split by script, and as hard as handwriting."""

import numpy as np
import pytest

from siamese_lib.datasets import GLYPH_SCRIPTS, cache, glyphs, load_glyphs
from siamese_lib.evaluation import evaluate_n_way


@pytest.fixture(scope="module")
def kept():
    """The letters of the one full rendering that the tests of this file share."""
    return []


@pytest.fixture(scope="module", autouse=True)
def rendered(tmp_path_factory, kept):
    folder = tmp_path_factory.mktemp("cache")
    choose = glyphs._without_look_alikes

    def choose_and_tell(letters):
        kept[:] = choose(letters)
        return kept

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "cache_folder", lambda: folder)
        patch.setattr(glyphs, "_without_look_alikes", choose_and_tell)
        yield load_glyphs("all")


@pytest.fixture
def few(monkeypatch, tmp_path, kept):
    letters = kept[:3] + kept[-3:]
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(glyphs, "_letters", lambda: letters)
    return letters


def test_letters_of_each_script(rendered):
    letters = {
        name: len(np.unique(rendered.label[rendered.alphabet == number]))
        for number, name in enumerate(GLYPH_SCRIPTS)
    }
    # A margin of a few: another release of FreeType may draw a pair a little more alike.
    expected = {
        "Latin": 380,
        "Canadian Syllabics": 354,
        "Cyrillic": 161,
        "Greek": 38,
        "Old Italic": 28,
        "Coptic": 8,
        "Lisu": 7,
        "Armenian": 60,
        "Arabic": 38,
        "Georgian": 114,
        "Hebrew": 23,
        "Lao": 34,
    }
    assert letters == pytest.approx(expected, abs=3)
    assert sum(count >= 20 for count in letters.values()) >= 10


def test_shapes_and_values(rendered):
    n = len(rendered.label)
    assert rendered.images.shape == (n, 28, 28)
    assert rendered.images.dtype == np.float32
    assert rendered.images.min() == 0
    assert rendered.images.max() == 1
    assert (rendered.images.max(axis=(1, 2)) > 0.5).all()  # no empty picture
    for name in ("label", "alphabet", "drawer"):
        assert getattr(rendered, name).shape == (n,)
        assert getattr(rendered, name).dtype == np.int32


def test_twenty_drawings_of_each_letter_in_four_faces_or_more(rendered):
    names, counts = np.unique(rendered.label, return_counts=True)
    assert (names == np.arange(len(names))).all()
    assert (counts == 20).all()
    for drawer in rendered.drawer.reshape(-1, 20):
        faces, drawings = np.unique(drawer, return_counts=True)
        assert 4 <= len(faces) <= 16
        assert drawings.max() - drawings.min() <= 1  # its faces in turn


def test_splits_share_no_script_and_make_up_all(rendered):
    parts = [load_glyphs(split) for split in ("train", "validation", "test")]
    scripts = [set(part.alphabet.tolist()) for part in parts]
    assert not (scripts[0] & scripts[1] or scripts[0] & scripts[2] or scripts[1] & scripts[2])
    for name in rendered._fields:
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(rendered, name))
    for part in parts[1:]:
        for script in np.unique(part.alphabet):
            assert len(np.unique(part.label[part.alphabet == script])) >= 20


@pytest.mark.parametrize("family", ["AΑАꓮ", "HΗНꓧ", "oοоօօ", "hһհ", "xхᕽ", "εɛԑ"])
def test_one_of_each_family_of_look_alikes_is_kept(kept, family):
    assert sum(letter.character in family for letter in kept) == 1


@pytest.mark.parametrize("letters", ["AB", "bd", "אב", "აბ", "EF", "ЖД", "ກຂ"])
def test_letters_that_differ_are_both_kept(kept, letters):
    found = {letter.character for letter in kept}
    assert set(letters) <= found


def test_similarity_against_a_loop(few):
    found = glyphs._similarity(few)
    for i, one in enumerate(few):
        for j, other in enumerate(few):
            cosines = []
            for face in one.ink.keys() & other.ink.keys():
                a = glyphs._blurred([one.ink[face]]).ravel()
                b = glyphs._blurred([other.ink[face]]).ravel()
                cosines.append(a @ b / np.sqrt((a @ a) * (b @ b)))
            expected = np.mean(cosines) if cosines else 0
            assert found[i, j] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("split", ["all", "test"])
def test_raw_pixels_do_as_badly_as_on_omniglot(split):
    data = load_glyphs(split)
    accuracy = evaluate_n_way(
        lambda images: images.reshape(len(images), -1),
        data.images,
        data.label,
        n_way=20,
        k_shot=1,
        episodes=400,
        seed=0,
        within=data.alphabet,
        drawer=data.drawer,
    )
    assert 0.24 < accuracy.mean < 0.32, accuracy


def test_jitter_stays_in_its_ranges_and_fills_them():
    scales, turns, slants, shifts = [], [], [], []
    for transform, shift in zip(*glyphs._jitter(np.random.default_rng(0), 2000), strict=True):
        # Rotation and shear keep the area: what is left of the determinant is the scale.
        scale = np.sqrt(np.linalg.det(transform))
        turn = np.arctan2(transform[1, 0], transform[0, 0])
        back = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        scales.append(scale)
        turns.append(np.degrees(turn))
        slants.append(np.degrees(np.arctan((back @ transform / scale)[0, 1])))
        shifts += shift.tolist()
    for values, low, high in ((scales, 0.8, 1.2), (turns, -15, 15), (slants, -15, 15)):
        assert low <= min(values) < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < max(values) <= high
    assert max(map(abs, shifts)) <= 1.65


def draw_one(ink, transform, shift):
    (picture,) = glyphs._draw([ink], np.array([transform]), np.array([shift]))
    return picture


def ink_box(picture):
    rows, columns = np.nonzero(picture > 127)
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


@pytest.mark.parametrize("index", range(0, 1200, 97))
def test_unjittered_letter_is_centred_and_18_pixels_long(kept, index):
    ink = next(iter(kept[index].ink.values()))
    top, bottom, left, right = ink_box(draw_one(ink, np.eye(2), np.zeros(2)))
    assert max(bottom - top, right - left) == pytest.approx(18, abs=2)
    assert (top + bottom) / 2 == pytest.approx(14, abs=1)
    assert (left + right) / 2 == pytest.approx(14, abs=1)


def test_transform_and_shift_go_the_way_they_say():
    from PIL import Image

    bar = Image.fromarray(np.full((54, 18), 255, np.uint8))
    moved = draw_one(bar, np.eye(2), np.array([3.0, -2.0]))
    assert ink_box(moved) == (3, 21, 14, 20)  # 6 wide, 18 high: 3 to the right, 2 up
    turned = draw_one(bar, np.array([[0.0, -1.0], [1.0, 0.0]]), np.zeros(2))
    assert ink_box(turned) == (11, 17, 5, 23)
    half = draw_one(bar, np.eye(2) / 2, np.zeros(2))
    assert half.sum() / 255 == pytest.approx(6 * 18 / 4, rel=0.05)


def test_many_are_drawn_as_each_alone(few):
    ink = [next(iter(letter.ink.values())) for letter in few]
    placed = glyphs._jitter(np.random.default_rng(1), len(ink))
    alone = [draw_one(*one) for one in zip(ink, *placed, strict=True)]
    np.testing.assert_array_equal(glyphs._draw(ink, *placed), alone)


def test_same_seed_same_pictures_another_seed_others(few):
    first = glyphs._render_all(5, 3)
    again = glyphs._render_all(5, 3)
    other = glyphs._render_all(5, 4)
    assert len(first["label"]) == 5 * len(few)
    np.testing.assert_array_equal(first["images"], again["images"])
    assert (first["images"] != other["images"]).any()


def test_parameters_have_caches_of_their_own(few, monkeypatch):
    first = load_glyphs("all", drawings=4)
    assert len(load_glyphs("all", drawings=6).label) == 6 * len(few)
    assert (load_glyphs("all", drawings=4, seed=1).images != first.images).any()
    monkeypatch.setattr(glyphs, "_render_all", None)
    np.testing.assert_array_equal(load_glyphs("all", drawings=4).images, first.images)


@pytest.mark.parametrize("split", ["Test", "", None, "background"])
def test_unknown_split(split):
    with pytest.raises(ValueError, match=f"split is {split!r}.*'train'"):
        load_glyphs(split)


def test_too_few_drawings():
    with pytest.raises(ValueError, match="drawings is 1"):
        load_glyphs("train", drawings=1)
