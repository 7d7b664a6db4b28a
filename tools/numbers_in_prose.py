"""Check that every number in prose stands in an output, a given, a source or a derivation.

Usage: python tools/numbers_in_prose.py [NAME ...]     all pages, or those whose names begin so

A number counts as it stands or rounded, a share for its per cent, and it must be
1. printed by the section's code, or by that just above (of one or two digits: on a line that
   shares a word or another number with the sentence),
2. given there: set by the code of the section, or anywhere by a NAME in capitals; in the quiz, set
   by the question,
3. in prose/sources.toml: numbers of others with the place where each stands, and stored results,
4. worked out: alone on one side of an equation that comes out ("2 x 0.25 x 256 = 128"), or "93 of
   100" for .928,
5. or said before: on this page, or in the notebook that the sentence names.
What claims no result is left out: see prose/exempt.py.

What it cannot see: whether a sentence speaks of the right number. A wrong one that stands beside
it, or an output under a wrong name, passes. So do 0, 1 and 2, numbers in words, code and
docstrings, text that is drawn into a picture, wrong answers of the quiz, whole numbers in formulas,
and tables that tools/results.py writes (tests/repository/test_results.py has those). Nor does it
see whether a source says what sources.toml says. tests/notebooks/test_numbers_in_prose.py measures
how much it catches.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from prose.check import findings  # noqa: E402
from prose.exempt import shelf  # noqa: E402
from prose.pages import notebook, quiz, written_page  # noqa: E402
from prose.plain import prose  # noqa: E402
from prose.sources import ROOT, sources, wrong  # noqa: E402
from prose.tokens import numbers  # noqa: E402

SETUP = ("requirements.txt", "pyproject.toml", "Makefile")


def pages(root=ROOT):
    """Every page that people wrote."""
    books = root / "notebooks"
    yield from map(notebook, sorted(books.glob("*.ipynb")))
    yield from map(notebook, sorted((books / "labs").glob("*.ipynb")))
    yield quiz(root / "siamese_lib" / "checks" / "quiz.toml")
    files = [root / name for name in SETUP]
    yield written_page(root / "README.md", *files)
    if (root / "instructor").exists():
        yield written_page(root / "instructor" / "README.md")
        yield written_page(root / "instructor" / "learners" / "README.md", *files)
    for path in sorted(set((root / "docs").glob("*.md")) - {root / "docs" / "api.md"}):
        yield written_page(path, *files)


def check(shown):
    """Sentences about every number that rests on nothing, every entry that is wrong or unused."""
    known = shelf_of(shown)
    said_by = {page.name[:2]: said(page) for page in shown if page.name[:2].isdigit()}
    table, used = sources(), set()
    for page in shown:
        yield from map(str, findings(page, known, table, said_by, used))
    yield from filter(None, map(wrong, table))
    for entry in table:
        if entry not in used:
            yield f"sources.toml: no page needs {entry.numbers} ({entry.phrase!r}); drop it"


def shelf_of(shown):
    """What the pages say about their own order; the code of a notebook names its exercises."""
    texts = ["\n".join(passage.text for passage in page.passages) + page.code for page in shown]
    return shelf([page.name for page in shown], texts)


def said(page):
    """All numbers in the prose of a page."""
    return [number for passage in page.passages for number in numbers(prose(passage.text))]


if __name__ == "__main__":
    found = [
        line
        for line in check(list(pages()))
        if not sys.argv[1:] or line.startswith(tuple(sys.argv[1:]))
    ]
    print("\n".join(found))
    print(f"{len(found)} findings")
    sys.exit(bool(found))
