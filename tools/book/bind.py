"""Bind the printed edition: one PDF of the notebooks as they are stored, nothing executed.

Usage: python tools/book/bind.py [FILE]       writes FILE, or build/siamese.pdf; make book does this

It needs tools/site/requirements.txt, and npm for formulas and letters. Where pyproject.toml names a
repository, captions give the addresses of the live explorers; else they are told in words.

WeasyPrint sets the pages. Chromium prints faster, but does not know to which page a link leads, so
contents and index would have no numbers; paged.js had laid out one page of this book after four
minutes.
"""

import logging
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools"), str(ROOT / "tools" / "site"), str(HERE)]
import matter  # noqa: E402
from chapters import chapter  # noqa: E402
from foreign import unpack  # noqa: E402
from formulas import drawn  # noqa: E402
from terms import functions, marked, marked_code, terms  # noqa: E402
from texts import as_html  # noqa: E402

from siamese_lib.checks.contents import CONTENTS  # noqa: E402

# The letters of the book (OFL): the same on every machine, so that pages break at the same places.
LETTERS = ("@fontsource/source-serif-4@5.3.1", "@fontsource/jetbrains-mono@5.3.0")
PAGES = {notebook.stem for notebook in CONTENTS} | {"notation"}
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Siamese networks</title>'
    '<meta name="author" content="The Siamese notebooks"></head><body>{}</body></html>'
)


def text_of_the_book():
    """The whole book as HTML, formulas and all."""
    books = ROOT / "notebooks"
    stored = [nbformat.read(books / f"{one.stem}.ipynb", as_version=4) for one in CONTENTS]
    known, names = terms(), functions(cell.source for book in stored for cell in book.cells)
    chapters = []
    for one, book in zip(CONTENTS, stored, strict=True):
        made = chapter(book, one.stem, PAGES)
        body = marked_code(marked(made.body, one.topic, known), one.topic, names)
        chapters.append(made._replace(body=body))
    parts = [
        ("preface", "How to read this on paper", as_html(_read(HERE / "preface.md"), PAGES)),
        *((one.stem, one.title, one.body) for one in chapters),
        ("exercises", "Exercises", matter.by_chapter(chapters, "exercises")),
        ("quiz", "Quiz", matter.quiz()),
        ("solutions", "Solutions", matter.by_chapter(chapters, "solutions")),
        ("answers", "Answers to the quiz", matter.quiz_answers()),
        ("notation", "Notation", as_html(_read(books / "notation.md"), PAGES)),
        ("index", "Index", matter.index("".join(one.body for one in chapters), known, names)),
    ]
    sections = [matter.section(*part) for part in parts]
    return drawn("\n".join([matter.title_page(), matter.contents(sections), *sections]))


def _read(path):
    return path.read_text(encoding="utf-8")


def bind(out):
    """Write the PDF, with an outline and tags for readers on screens."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        for package in LETTERS:
            name = package.split("/")[1].rpartition("@")[0]
            (unpack(package, folder) / "files").rename(Path(folder) / name)
        fonts = FontConfiguration()
        style = CSS(string=_read(HERE / "book.css"), base_url=f"{folder}/", font_config=fonts)
        page = HTML(string=PAGE.format(text_of_the_book()))
        document = page.render(stylesheets=[style], font_config=fonts)
        out.parent.mkdir(parents=True, exist_ok=True)
        document.write_pdf(out, pdf_tags=True)
    print(f"{out}: {len(document.pages)} pages, {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    bind(Path(sys.argv[1] if sys.argv[1:] else ROOT / "build" / "siamese.pdf").resolve())
