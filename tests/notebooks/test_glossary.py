"""No notebook uses a term before the course has defined it, in bold, at its first use."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from siamese_lib.checks.contents import CONTENTS

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import notebooks as runner  # noqa: E402

GLOSSARY = tomllib.loads((ROOT / "tools/prose/glossary.toml").read_text(encoding="utf-8"))
TERMS = {term["name"]: term["topic"] for term in GLOSSARY["term"]}
TOPICS = [notebook.topic for notebook in CONTENTS]


def prose(cells):
    """What is read in order: no head (it announces), no code, formulas, links or references."""
    text = "\n\n".join(cell.source for cell in cells[1:] if cell.cell_type == "markdown")
    text = re.sub(
        r"```.*?```|\$\$.*?\$\$|`[^`]*`|\$[^$]*\$|\]\([^)]*\)", " ", text, flags=re.DOTALL
    )
    text = text.partition("### References")[0]
    return " ".join(line for line in text.splitlines() if not line.startswith(("|", "#")))


TEXTS = [prose(runner.read(script).cells) for script in runner.scripts()]


def early(term, home, texts):
    """Each use of a term before its definition; home is the notebook that defines it."""
    words = r"\s+".join(map(re.escape, term.split()))
    word = re.compile(rf"(?<![\w-]){words}s?(?![\w-])", re.IGNORECASE)
    for number, text in enumerate(texts[: home + 1]):
        first = word.search(text)
        if not first:
            if number == home:
                yield f"{number:02d} does not define it"
        elif number < home or text[first.start() - 2 : first.start()] != "**":
            yield f"{number:02d}: ...{text[max(0, first.start() - 70) : first.end() + 30]}..."


@pytest.mark.parametrize("term", TERMS)
def test_it_is_defined_before_it_is_used(term):
    assert list(early(term, TOPICS.index(TERMS[term]), TEXTS)) == []


@pytest.mark.parametrize(("texts", "found"), [
    (["", "A **logit** is this. Logits."], 0),
    (["A logit.", "A **logit** is this."], 1),
    (["", "A logit. A **logit** is this."], 1),
    (["", "Nothing."], 1),
    (["A logit-like thing", "a **logit**"], 0),
])  # fmt: skip
def test_what_the_search_finds(texts, found):
    assert len(list(early("logit", 1, texts))) == found
