"""A notebook as a chapter: what is read, what is asked, what is answered; each in its own part."""

import html
import itertools
import os
import re
from typing import NamedTuple

import nbformat
from listings import listing
from texts import as_html, breakable

from notebooks import STILL
from tools import badges

_FOLDED = re.compile(
    r"<details>\s*<summary>(.*?)</summary>\s*(.*?)\s*</details>", re.DOTALL | re.IGNORECASE
)
_TITLE = re.compile(r"^\*\*(.+?)\*\*", re.MULTILINE)
_LINKS = re.compile(r"^\[Start\]\(.*?(?=\n\n|\Z)|^Next: \[.*?(?=\n\n|\Z)", re.MULTILINE | re.DOTALL)
_ELSEWHERE = "\ue002"  # where the exercises stand in the notebook
SCALE = 0.82  # of a figure on paper: its letters are then as large as its caption's
# What a screen does and paper does not.
_ON_PAPER = {"; then unfold.": "; the model answers stand at the end of the book."}


class Chapter(NamedTuple):
    """One notebook; stem names it, and all else is HTML."""

    stem: str
    title: str
    body: str
    exercises: str
    solutions: str


class _Piece(NamedTuple):
    source: str
    cell: nbformat.NotebookNode | None  # None: prose


def chapter(notebook, stem, pages):
    """The chapter of a notebook; pages: the names of all chapters, which links may lead to."""
    body, asked = _parts(notebook)
    title = re.match(r"# (.+)", body[0].source)[1]
    count = itertools.count(1)
    number = int(stem[:2])

    def shown(piece, level=0):
        if piece.cell is None:
            return as_html(_without_folds(piece.source), pages, level)
        return _cell(piece.cell, stem, number, count)

    read = "\n".join(map(shown, body)).replace(_ELSEWHERE, _where_exercises_are(stem))
    text, solutions = [], []
    for piece in asked:
        if piece.cell is None:
            piece = piece._replace(source=_taken(piece.source, stem, solutions, text))
        text.append((piece, shown(piece, 1)))
    answers = (
        f'<div class="solution" id="{name}"><p class="asked"><strong>{html.escape(said)}</strong> '
        f'<a class="question" href="#{name}-asked"></a></p>{as_html(answer, pages)}</div>'
        for name, said, answer in solutions
    )
    return Chapter(stem, title, read, "\n".join(part for _, part in text), "\n".join(answers))


def _parts(notebook):
    """(what is read, what is asked): the exercises are one section, up to the recap."""
    body, asked = [], []
    place = body
    for cell in notebook.cells:
        if cell.cell_type == "code":
            place.append(_Piece(cell.source, cell))
            continue
        source = _LINKS.sub("", cell.source)
        for text in re.split(r"^(?=## )", source, flags=re.MULTILINE):
            if text.startswith("## "):
                place = asked if text.startswith("## Exercises") else body
            if text.startswith("## Exercises"):
                body.append(_Piece(_ELSEWHERE, None))
            if text.strip():
                place.append(_Piece(text.removeprefix("## Exercises").strip(), None))
    return body, asked


def _where_exercises_are(stem):
    return (
        f'<a class="inside" href="#exercises-{stem}">Exercises</a> and '
        f'<a class="inside" href="#solutions-{stem}">solutions</a> stand at the end of the book.'
    )


def _without_folds(source):
    """Folded answers stand open, after their question."""
    return _FOLDED.sub(lambda found: f"**{found[1]}.** {found[2]}", source)


def _taken(source, stem, solutions, before):
    """The text of exercises without its answers, which go to the solutions; paper's own words."""
    for screen, paper in _ON_PAPER.items():
        source = source.replace(screen, paper)
    titles = [title for piece, _ in before for title in _TITLE.findall(piece.source)]

    def turn(found):
        said = [*titles, *_TITLE.findall(source[: found.start()])][-1]
        name = f"solution-{stem[:2]}-{len(solutions) + 1}"
        solutions.append((name, said.rstrip("."), found[2]))
        return f'<p class="turn-to" id="{name}-asked"><a href="#{name}"></a></p>'

    return _FOLDED.sub(turn, source)


def _cell(cell, stem, number, count):
    """Code and what it printed and drew; a guess as a box to fill in."""
    if cell.source.startswith("guess("):
        return _guess(cell.outputs[0]["data"]["text/plain"])
    is_folded = cell.metadata.get("jupyter", {}).get("source_hidden")
    lines = len(cell.source.splitlines())
    parts = [
        f'<p class="left-out">Folded in the notebook, left out here: {lines} lines of code.</p>'
        if is_folded
        else listing(cell.source, "code")
    ]
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" in data:
            parts.append(_figure(output, cell.source, stem, number, count))
        elif "text/html" not in data:  # that is a check's "not yet": nobody answers here
            parts.append(listing(output.get("text") or data.get("text/plain", ""), "output"))
    return "\n".join(parts)


def _guess(said):
    """Predict: Q  ( ) a  ( ) b"""
    question, *choices = said.removeprefix("Predict: ").split("  ( ) ")
    boxes = "".join(f"<li>{html.escape(choice)}</li>" for choice in choices)
    answer = f"<ul>{boxes}</ul>" if choices else '<p class="line">Your guess:</p>'
    return f'<div class="guess"><p><b>Predict.</b> {html.escape(question)}</p>{answer}</div>'


def _figure(output, source, stem, number, count):
    known = output["metadata"]["image/png"]
    alt = known["alt"]
    if alt.startswith("You are here") and number:
        return ""  # the map of 00; a book has its contents
    caption = _of_explorer(source, stem) if alt == STILL else html.escape(alt)
    said = re.sub("<[^>]+>|\u200b", "", caption)
    return (
        f'<figure><img src="data:image/png;base64,{output["data"]["image/png"]}" '
        f'alt="{said}" style="width: {known["width"] * SCALE:.0f}px">'
        f"<figcaption><b>Figure {number}.{next(count)}.</b> {caption}</figcaption></figure>"
    )


def _of_explorer(source, stem):
    """What a still shows, and where it moves."""
    (kind, *_) = re.findall(r"(\w+)_explorer\(", source)
    if "one_shot_explorer(lambda" in source:
        stem = "00_start_here"  # the page has no kernel that could ask the network just trained
    return f"The {kind.replace('_', '-')} explorer, a still picture. It moves {_live(stem)}."


def _live(stem):
    repository = os.environ.get("SIAMESE_REPOSITORY") or badges.repository()  # tests set the first
    if not repository:
        return f"on the web page of notebook {stem[:2]}, and wherever that notebook runs"
    owner, name = repository.split("/")
    address = f"https://{owner.lower()}.github.io/{name}/notebooks/{stem}.html"
    return f'at <a href="{address}">{breakable(address.removeprefix("https://"))}</a>'
