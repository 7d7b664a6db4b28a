"""The tables of README and docs/ are the stored numbers, and those are means over seeds."""

import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import results  # noqa: E402


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", results.PAGES)
def test_the_tables_of_a_page_are_the_stored_numbers(page):
    text = text_of(page)
    marks = set(re.findall(r"<!-- (\w+) -->", text)) - {"instructors", "badges"}
    assert marks == set(results.PAGES[page])
    assert results.with_tables(text, results.PAGES[page]) == text


def test_each_table_is_on_one_page():
    assert sorted(name for names in results.PAGES.values() for name in names) == sorted(
        results.TABLES
    )


def test_a_changed_number_changes_both_tables_that_show_it(monkeypatch):
    true = results.stored
    found = true("omniglot_encoder")
    found["official runs"] -= 0.01
    monkeypatch.setattr(results, "stored", lambda n: found if n == "omniglot_encoder" else true(n))
    for page in ("README.md", "docs/results.md"):
        assert results.with_tables(text_of(page), results.PAGES[page]) != text_of(page)


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))]
)
def test_scores_are_shares_on_every_page(page):
    # Levels of intervals and sizes of splits are no scores.
    text = re.sub(r"95 % (Wilson )?interval|10 % of the pairs", "", text_of(page))
    assert re.findall(r".*\d ?%.*|.*per ?cent.*", text) == []


@pytest.mark.parametrize("name", ["omniglot", "glyphs_residual", "duplicates", "intents"])
def test_headline_figures_have_three_seeds_the_machine_and_the_cost(name):
    stored = json.loads((ROOT / "siamese_lib" / "data" / "results" / f"{name}.json").read_text())
    stored = stored.get("excerpt", stored)
    text = json.dumps(stored)
    assert {"processor", "cores", "python", "jax", "flax", "optax"} <= set(stored["machine"])
    assert len(set(re.findall(r'"seed": (\d+)', text))) >= 3
    assert "training_seconds" in text and "processor_seconds" in text and "peak_mb" in text
