"""README's table is what the stored results say, and the headline figures are means over seeds."""

import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import results  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_s_table_is_the_stored_figures():
    assert results.with_table(README) == README


def test_a_changed_figure_changes_the_table(monkeypatch):
    true = results.stored
    found = true("omniglot")
    found["mean"]["official runs"]["mean"] -= 0.01
    monkeypatch.setattr(results, "stored", lambda n: found if n == "omniglot" else true(n))
    assert results.with_table(README) != README


@pytest.mark.parametrize("name", ["omniglot", "glyphs_residual", "duplicates", "intents"])
def test_headline_figures_have_three_seeds_the_machine_and_the_cost(name):
    stored = json.loads((ROOT / "siamese_lib" / "data" / "results" / f"{name}.json").read_text())
    stored = stored.get("excerpt", stored)
    text = json.dumps(stored)
    assert {"processor", "cores", "python", "jax", "flax", "optax"} <= set(stored["machine"])
    assert len(set(re.findall(r'"seed": (\d+)', text))) >= 3
    assert "training_seconds" in text and "processor_seconds" in text and "peak_mb" in text
