"""Omniglot against the published figures, and its parsing against a small made-up copy."""

import hashlib
import io
import zipfile

import numpy as np
import pytest
from mirror import need_mirror
from PIL import Image

from siamese_lib.datasets import load_omniglot, load_omniglot_runs, omniglot, omniglot_alphabets
from siamese_lib.evaluation import evaluate_n_way, evaluate_runs


def flat(images):
    return images.reshape(len(images), -1)


def mean_over_area(picture, size):
    """Each old pixel cut into size x size equal parts, 105 x 105 of which make a new pixel."""
    parts = np.repeat(np.repeat(picture, size, axis=0), size, axis=1)
    return parts.reshape(size, 105, size, 105).mean(axis=(1, 3))


@pytest.mark.parametrize("size", [1, 7, 28, 35, 105])
def test_shrinking_is_the_mean_over_area(size):
    is_paper = np.random.default_rng(0).random((2, 105, 105)) < 0.8
    found = omniglot._shrink(is_paper, size)
    assert found.dtype == np.float32
    for picture, small in zip(is_paper, found, strict=True):
        np.testing.assert_allclose(small, mean_over_area(~picture, size), atol=1e-5)


def test_table_of_alphabets():
    table = omniglot_alphabets()
    assert [row.subset for row in table] == ["background"] * 30 + ["evaluation"] * 20
    assert sum(row.characters for row in table[:30]) == 964
    assert sum(row.characters for row in table[30:]) == 659
    assert table[0] == ("background", "Arcadian", 26)
    assert len({row.name for row in table}) == 50


@pytest.mark.parametrize(("subset", "characters"), [("background", 964), ("evaluation", 659)])
def test_subset(subset, characters):
    path = need_mirror(f"omniglot/images_{subset}.npz")
    data = load_omniglot(subset)
    n = characters * 20
    assert data.images.shape == (n, 28, 28)
    assert data.images.dtype == np.float32
    assert 0 <= data.images.min() < data.images.max() <= 1
    assert 0.05 < data.images.mean() < 0.12  # ink is rare: 1 is ink, not paper
    np.testing.assert_array_equal(data.label, np.repeat(np.arange(characters), 20))
    np.testing.assert_array_equal(data.drawer, np.tile(np.arange(20), characters))
    with np.load(path) as file:
        picture = file["images"][characters - 1, 19]
    np.testing.assert_allclose(data.images[-1], mean_over_area(~picture, 28), atol=1e-5)
    expected = [row.characters for row in omniglot_alphabets() if row.subset == subset]
    names, first = np.unique(data.alphabet, return_index=True)
    assert names.tolist() == (list(range(30)) if subset == "background" else list(range(30, 50)))
    assert np.diff([*first, n]).tolist() == [20 * count for count in expected]


def test_alphabets_stand_as_the_staged_table_says():
    import csv

    with open(need_mirror("omniglot/characters.csv"), encoding="utf-8") as file:
        rows = [(row["set"], row["alphabet"]) for row in csv.DictReader(file)]
    table = omniglot_alphabets()
    assert rows == [(row.subset, row.name) for row in table for _ in range(row.characters)]


def test_runs_are_drawings_of_one_alphabet_of_the_evaluation_set():
    need_mirror("omniglot/all_runs.zip")
    need_mirror("omniglot/images_evaluation.npz")
    runs = load_omniglot_runs()
    assert len(runs) == 20
    data = load_omniglot("evaluation")
    row = {image.tobytes(): index for index, image in enumerate(data.images)}
    seen = set()
    for run in runs:
        assert run.support.shape == run.query.shape == (20, 28, 28)
        assert sorted(run.answer) == list(range(20))
        shown = np.array([row[image.tobytes()] for image in run.support])
        asked = np.array([row[image.tobytes()] for image in run.query])
        np.testing.assert_array_equal(data.label[shown][run.answer], data.label[asked])
        both = np.concatenate([shown, asked])
        assert len(set(data.alphabet[both].tolist())) == 1
        assert len(set(data.drawer[shown].tolist())) == len(set(data.drawer[asked].tolist())) == 1
        assert data.drawer[shown][0] != data.drawer[asked][0]
        seen |= set(both.tolist())
    assert len(seen) == 800


def test_raw_pixels_on_the_official_runs():
    need_mirror("omniglot/all_runs.zip")
    # Koch et al. 2015 give 21.7 % for the nearest neighbour in pixels: 87 of 400, full size.
    assert evaluate_runs(flat, load_omniglot_runs(size=105)) == pytest.approx(87 / 400)
    assert 0.22 <= evaluate_runs(flat, load_omniglot_runs()) <= 0.27


def test_raw_pixels_in_random_episodes():
    need_mirror("omniglot/images_evaluation.npz")
    data = load_omniglot("evaluation")
    asked = {"n_way": 20, "k_shot": 1, "episodes": 300, "seed": 0, "within": data.alphabet}
    accuracy = evaluate_n_way(flat, data.images, data.label, **asked, drawer=data.drawer)
    assert 0.17 < accuracy.mean < 0.25


def png(is_paper):
    buffer = io.BytesIO()
    Image.fromarray(is_paper).save(buffer, "png")
    return buffer.getvalue()


def test_runs_of_a_made_up_copy(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    pictures = {}
    with zipfile.ZipFile(tmp_path / "runs.zip", "w") as archive:
        for number in range(1, 21):
            lines = []
            for item, match in enumerate(random.permutation(20)):
                for path in (f"test/item{item + 1:02d}", f"training/class{item + 1:02d}"):
                    name = f"run{number:02d}/{path}.png"
                    pictures[name] = random.random((105, 105)) < 0.9
                    archive.writestr(name, png(pictures[name]))
                test = f"run{number:02d}/test/item{item + 1:02d}.png"
                lines.append(f"{test} run{number:02d}/training/class{match + 1:02d}.png")
            archive.writestr(f"run{number:02d}/class_labels.txt", "\n".join(lines) + "\n")
    monkeypatch.setattr(omniglot, "fetch", lambda path: tmp_path / "runs.zip")
    runs = load_omniglot_runs(size=105)
    with zipfile.ZipFile(tmp_path / "runs.zip") as archive:
        for number, run in enumerate(runs, start=1):
            text = archive.read(f"run{number:02d}/class_labels.txt").decode()
            for query, answer, line in zip(run.query, run.answer, text.split("\n"), strict=False):
                test, training = line.split()
                np.testing.assert_allclose(query, ~pictures[test], atol=1e-6)
                np.testing.assert_allclose(run.support[answer], ~pictures[training], atol=1e-6)


def test_staged_files_are_the_published_ones():
    from siamese_lib.datasets.downloads import FILES

    for file in FILES:
        if file.sha256:
            content = need_mirror(file.path).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file.sha256


@pytest.mark.parametrize("size", [0, -3, 106])
def test_bad_size(size):
    with pytest.raises(ValueError, match=f"size is {size}"):
        load_omniglot("background", size=size)
    with pytest.raises(ValueError, match=f"size is {size}"):
        load_omniglot_runs(size=size)


def test_bad_subset():
    with pytest.raises(ValueError, match="subset is 'train'.*'background'"):
        load_omniglot("train")
