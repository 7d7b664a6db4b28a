"""Bind the printed edition: one PDF of the notebooks as they are stored, nothing executed.

Usage: python tools/book/bind.py [FILE]       writes FILE, or build/siamese.pdf; make book does this

It needs tools/site/requirements.txt, and npm for formulas and letters. SIAMESE_REPOSITORY=OWNER/
REPOSITORY makes the addresses of the live explorers known; without it they are told in words.
"""

import html
import logging
import re
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tools"), str(ROOT / "tools" / "site"), str(ROOT / "tools/book")]
from chapters import chapter  # noqa: E402
from foreign import unpack  # noqa: E402
from formulas import drawn  # noqa: E402
from terms import functions, index, marked, marked_code, terms  # noqa: E402
from texts import as_html  # noqa: E402

from siamese_lib import __version__  # noqa: E402
from siamese_lib.checks.contents import CONTENTS  # noqa: E402
from siamese_lib.checks.quiz import questions  # noqa: E402
from siamese_lib.plots import COLOURS  # noqa: E402

HERE = Path(__file__).resolve().parent
# The letters of the book (OFL): the same on every machine, so that pages break at the same places.
LETTERS = ("@fontsource/source-serif-4@5.3.1", "@fontsource/jetbrains-mono@5.3.0")
# An anchor, a positive that is near and a negative that is not, in their colours.
TRIPLET = (
    f'<svg width="300" height="170" viewBox="0 0 300 170">'
    f'<path d="M60 120 L140 135 M60 120 L245 35" stroke="#bbb" stroke-width="2"/>'
    f'<circle cx="60" cy="120" r="15" fill="{COLOURS["anchor"]}"/>'
    f'<circle cx="140" cy="135" r="15" fill="{COLOURS["positive"]}"/>'
    f'<circle cx="245" cy="35" r="15" fill="{COLOURS["negative"]}"/></svg>'
)
PAGES = {notebook.stem for notebook in CONTENTS} | {"notation"}


def text_of_the_book():
    """The whole book as HTML, formulas and all."""
    stored = [
        nbformat.read(ROOT / "notebooks" / f"{notebook.stem}.ipynb", as_version=4)
        for notebook in CONTENTS
    ]
    chapters = [
        chapter(book, notebook.stem, PAGES)
        for book, notebook in zip(stored, CONTENTS, strict=True)
    ]
    known = terms()
    names = functions(cell.source for book in stored for cell in book.cells)
    topics = [notebook.topic for notebook in CONTENTS]
    bodies = [
        marked_code(marked(one.body, topic, known), topic, names)
        for one, topic in zip(chapters, topics, strict=True)
    ]
    parts = [
        ("preface", "How to read this on paper", as_html((HERE / "preface.md").read_text(), PAGES)),
        *(
            (one.stem, one.title, body) for one, body in zip(chapters, bodies, strict=True)
        ),
        ("exercises", "Exercises", _by_chapter(chapters, "exercises")),
        ("quiz", "Quiz", _quiz()),
        ("solutions", "Solutions", _by_chapter(chapters, "solutions")),
        ("answers", "Answers to the quiz", _quiz_answers()),
        ("notation", "Notation", _notation()),
        ("index", "Index", _index("".join(bodies), topics, known, names)),
    ]
    sections = [_section(*part) for part in parts]
    return drawn("\n".join([_title_page(), _contents(sections), *sections]))


def _section(name, title, text):
    text = re.sub(r"<h1>.*?</h1>", "", text, count=1, flags=re.DOTALL)
    count = iter(range(1000))
    text = re.sub(r"<h2>", lambda found: f'<h2 id="{name}-{next(count)}">', text)
    kind = ' class="chapter"' if name[:2].isdecimal() else ""
    return f'<section id="{name}"{kind}><h1>{html.escape(title)}</h1>\n{text}</section>'


def _title_page():
    return (
        f'<section class="title"><h1>Siamese networks</h1><p>One network, used twice</p>{TRIPLET}'
        "<p>The Siamese notebooks, to be read on paper</p>"
        f'<p class="edition">Printed edition of version {__version__}. MIT licence.</p></section>'
    )


def _contents(sections):
    lines = []
    for section in sections:
        ((name, title),) = re.findall(r'<section id="([^"]+)"[^>]*><h1>(.*?)</h1>', section)
        lines.append(f'<li class="chapter"><a href="#{name}">{title}</a></li>')
        if name[:2].isdecimal():
            heads = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', section, re.DOTALL)
            lines += [f'<li><a href="#{place}">{said}</a></li>' for place, said in heads]
    return f'<section class="contents"><h1>Contents</h1><ul>{"".join(lines)}</ul></section>'


def _by_chapter(chapters, kind):
    return "\n".join(
        f'<div id="{kind}-{one.stem}"><h2>{html.escape(one.title)}</h2>{getattr(one, kind)}</div>'
        for one in chapters
    )


def _quiz():
    asked = (
        f'<li><p>{html.escape(one["ask"])}</p><ol class="choices">'
        + "".join(f"<li>{html.escape(answer)}</li>" for answer, _ in one["answers"])
        + "</ol></li>"
        for one in questions()
    )
    return (
        "<p>Would you notice the trap? Choose one answer to each question; the "
        '<a class="inside" href="#answers">answers</a> say why it is right or wrong.</p>'
        f'<ol class="quiz">{"".join(asked)}</ol>'
    )


def _quiz_answers():
    return f'<ol class="quiz">{"".join(map(_told, questions()))}</ol>'


def _told(question):
    stem = next(book.stem for book in CONTENTS if book.number == question["notebook"])
    whys = "".join(
        f"<li>{'<strong>Right.</strong> ' if number == question['right'] else ''}{html.escape(why)}</li>"
        for number, (_, why) in enumerate(question["answers"])
    )
    read = f'<a class="inside" href="#{stem}">notebook {question["notebook"]}</a>'
    return f'<li><p>To read on: {read}.</p><ol class="choices">{whys}</ol></li>'


def _notation():
    text = (ROOT / "notebooks" / "notation.md").read_text(encoding="utf-8")
    return as_html(text, PAGES)


def _index(text, topics, known, names):
    told, called = index(text, topics, known, names)
    return (
        "<p>Bold: the page that defines a term. Otherwise the first page of each chapter "
        "that uses it.</p>"
        f"<h2>Terms</h2><ul>{told}</ul><h2>Functions of <code>siamese_lib</code></h2>"
        f'<ul class="functions">{called}</ul>'
    )


def bind(out):
    """Write the PDF, with an outline and tags for readers on screens."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    page = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Siamese networks</title>'
    page += f'<meta name="author" content="The Siamese notebooks"></head><body>{text_of_the_book()}'
    with tempfile.TemporaryDirectory() as folder:
        for package in LETTERS:
            letters = unpack(package, folder) / "files"
            letters.rename(Path(folder) / package.split("/")[1].rpartition("@")[0])
        fonts = FontConfiguration()
        style = (HERE / "book.css").read_text(encoding="utf-8")
        styles = CSS(string=style, base_url=f"{folder}/", font_config=fonts)
        out.parent.mkdir(parents=True, exist_ok=True)
        document = HTML(string=page).render(stylesheets=[styles], font_config=fonts)
        document.write_pdf(out, pdf_tags=True)
    print(f"{out}: {len(document.pages)} pages, {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    bind(Path(sys.argv[1] if sys.argv[1:] else ROOT / "build" / "siamese.pdf").resolve())
