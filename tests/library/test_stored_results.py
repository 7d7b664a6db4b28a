"""What the benchmarks stored comes with the package, so the notebooks find it wherever they run."""

import json
import re
from pathlib import Path

import pytest

from siamese_lib.datasets import load_results
from siamese_lib.datasets.results import FOLDER

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "notebooks" / "scripts").glob("*.py"))


def test_each_file_is_read_by_its_name():
    for path in FOLDER.glob("*.json"):
        assert load_results(path.stem) == json.loads(path.read_text())


@pytest.mark.parametrize("name", ["glyph", "", "../pretrained", None])
def test_an_unknown_name_is_quoted_with_those_there_are(name):
    with pytest.raises(ValueError, match=f"named {re.escape(repr(name))}; choose from .*glyphs, "):
        load_results(name)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_opens_nothing_beside_its_folder(script):
    code = [line for line in script.read_text().splitlines() if not line.startswith("#")]
    assert [line for line in code if re.search(r"""["']\.\./|benchmarks""", line)] == []


def test_these_notebooks_quote_stored_figures():
    quoting = {path.stem[:2] for path in SCRIPTS if "load_results(" in path.read_text()}
    assert quoting == {"05", "07", "08", "09", "10", "11", "12", "13"}
