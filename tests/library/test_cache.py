"""What is built once, is kept; a cache that fails costs time and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from siamese_lib.datasets import cache

NAME = "things/1.npz"
ARRAYS = {"a": np.arange(6).reshape(2, 3), "b": np.ones(2, np.uint8)}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def assert_equal(found):
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)


def never():
    raise AssertionError("built although it was stored")


def test_second_load_builds_nothing(folder):
    assert_equal(cache.load_or_build(NAME, lambda: ARRAYS))
    assert [path.name for path in (folder / "things").iterdir()] == ["1.npz"]
    assert_equal(cache.load_or_build(NAME, never))


@pytest.mark.parametrize("keep", [0, 1, 40, -20])
def test_damaged_file_is_built_again(folder, keep):
    cache.load_or_build(NAME, lambda: ARRAYS)
    content = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(content[:keep])
    assert_equal(cache.load_or_build(NAME, lambda: ARRAYS))
    assert (folder / NAME).read_bytes() == content


def test_file_of_another_kind_is_built_again(folder):
    (folder / NAME).parent.mkdir(parents=True)
    (folder / NAME).write_text("not an archive of arrays")
    assert_equal(cache.load_or_build(NAME, lambda: ARRAYS))
    assert_equal(cache.load_or_build(NAME, never))


def test_folder_that_cannot_be_made_is_no_error(folder):
    folder.write_text("a file where the folder should be")
    assert_equal(cache.load_or_build(NAME, lambda: ARRAYS))


def test_failed_write_leaves_nothing(folder, monkeypatch):
    def half(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(cache.np, "savez_compressed", half)
    assert_equal(cache.load_or_build(NAME, lambda: ARRAYS))
    assert list((folder / "things").iterdir()) == []


def test_data_folder_is_the_variable_where_set(monkeypatch, tmp_path):
    monkeypatch.setenv("SIAMESE_DATA_DIR", str(tmp_path))
    assert cache.data_folder() == tmp_path
    monkeypatch.setenv("SIAMESE_DATA_DIR", "~/data")
    assert cache.data_folder() == Path.home() / "data"
    monkeypatch.setenv("SIAMESE_DATA_DIR", "")
    assert cache.data_folder() == cache.cache_folder()
    assert cache.cache_folder().name == "siamese_lib"
