"""A reader never wonders whose course is meant: "the course" is ours, the other has its name."""

import re
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = [*ROOT.glob("notebooks/scripts/*.py"), *ROOT.glob("instructor/labs/lab*/lab*.py")]
TEXTS = [
    ROOT / "README.md",
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("tools/*.py"),
    *ROOT.glob("benchmarks/**/*.py"),
    *ROOT.glob("siamese_lib/data/results/*.json"),
    *(path for kind in ("py", "toml", "js") for path in ROOT.glob(f"siamese_lib/**/*.{kind}")
      if path.parent.name != "data"),
]  # fmt: skip
COURSE = re.compile(r"(\S+)\s+course\b", re.IGNORECASE)
# What speaks of this collection, or of no course at all; a new phrase is put here on purpose.
OURS = (
    "find your way through the course",
    "The map above is the course",
    "a pass for the course map",
    "a course in Jupyter notebooks",
    "## The course",
    "Data for the course",
    "The course runs without it",
    "the course needs 3.11",
    "an nbgrader course",
    "the box and the course, once a course",  # nbgrader's
    "and its course",  # of a training
    "course: list",
)


def ambiguous(passage):
    """The places of a cell or paragraph that say "course" and leave open whose."""
    text = re.sub(r"\n[ #]*", " ", passage)
    text = re.sub(rf"({'|'.join(map(re.escape, OURS))})\b", "", text, flags=re.IGNORECASE)
    found = []
    for match in COURSE.finditer(text):
        before = match[1].lower().lstrip("([\"'*")
        is_named = before in ("deeplearning.ai", "deeplearning.ai's")
        is_named |= before == "that" and "DeepLearning.AI" in text[: match.start()]
        if not is_named and before not in ("this", "of"):
            found.append(text[max(0, match.start() - 30) : match.end() + 20])
    return found


def passages(path):
    if path in NOTEBOOKS:
        return [cell.source for cell in jupytext.read(path, fmt="py:percent").cells]
    return re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [*NOTEBOOKS, *TEXTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_has_to_guess_whose_course_is_meant(path):
    assert {p[:40]: ambiguous(p) for p in passages(path) if ambiguous(p)} == {}


@pytest.mark.parametrize("passage", [
    "as in the course's TensorFlow lab", "always different 64.6, course 72.6", "That course adds.",
    "# as the\n# course does", "| the course's recipe in Keras never |", "A course says 0.7.",
    "That course adds. The DeepLearning.AI course too.", '"the course\'s recipe": {',
])  # fmt: skip
def test_a_course_without_an_owner_is_found(passage):
    assert ambiguous(passage)


@pytest.mark.parametrize("passage", [
    "The DeepLearning.AI course has 0.7; that course adds.", "written for this course",
    "of the DeepLearning.AI\n# course's slides", "find your way through\n# the course", "of course",
])  # fmt: skip
def test_a_course_with_an_owner_passes(passage):
    assert not ambiguous(passage)
