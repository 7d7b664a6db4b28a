"""Notebooks, labs, the quiz and written pages as passages: prose, and the facts beside it."""

import re
import tomllib
from dataclasses import dataclass, field

import nbformat

from prose.facts import Fact, printed, settings, written
from prose.tokens import stems

FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_PART = re.compile(r"^(?=#{1,3} )", re.MULTILINE)
_GENERATED = re.compile(r"<!-- (\w+) -->.*?<!-- /\1 -->", re.DOTALL)


@dataclass
class Passage:
    """A piece of prose; facts are what the code of its section sets and prints."""

    where: str
    text: str
    heading: str = ""
    facts: list = field(default_factory=list)


@dataclass
class Page:
    name: str
    passages: list
    code: str = ""


def notebook(path):
    """Passages of an executed notebook: markdown and the texts of its pictures."""
    cells = nbformat.read(path, as_version=4).cells
    everywhere = [
        fact for cell in cells if cell.cell_type == "code" for fact in settings(cell.source)
    ]
    passages, beside, heading, above = [], list(everywhere), "", []
    for number, cell in enumerate(cells):
        where = f"{path.stem}, cell {number}"
        if cell.cell_type == "code":
            own = [fact for text in _texts(cell) for fact in printed(text)]
            above = own if cells[number - 1].cell_type != "code" else above + own
            beside += [*written(cell.source), *_points(cell), *own]
            passages += [Passage(where, text, heading, beside) for text in _pictures(cell)]
            continue
        for part in filter(str.strip, _PART.split(cell.source)):
            if re.match("#{1,3} ", part):
                beside, heading = [*everywhere, *above], part.splitlines()[0]
            passages.append(Passage(where, part, heading, beside))
            beside += _fenced(part)
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return Page(path.stem, passages, code)


def quiz(path):
    """Each question of the quiz, with its right answer and all explanations.

    What a question asks about is a given, and wrong answers may say what they like.
    """
    passages = []
    for number, question in enumerate(
        tomllib.loads(path.read_text(encoding="utf-8"))["question"], 1
    ):
        about = frozenset(stems(question["ask"]))
        facts = [fact._replace(about=fact.about | about) for fact in printed(question["ask"])]
        for place, (answer, why) in enumerate(question["answers"]):
            text = f"{answer}. {why}" if place == question["right"] else why
            passages.append(Passage(f"quiz, question {number}", text, question["ask"], facts))
    return Page("quiz", passages)


def written_page(path, *givens):
    """A page in Markdown; the numbers of the files in givens count as its facts."""
    passages, beside = [], [fact for file in givens for fact in printed(file.read_text())]
    text = _GENERATED.sub("", path.read_text(encoding="utf-8"))
    for part in filter(str.strip, _PART.split(text)):
        facts = beside + [fact for block in FENCE.findall(part) for fact in printed(block)]
        passages.append(
            Passage(f"{path.name}, {part.splitlines()[0]}", part, part.splitlines()[0], facts)
        )
    return Page(path.name, passages)


def _texts(cell):
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        elif "image/png" not in output.get("data", {}):
            yield str(output.get("data", {}).get("text/plain", ""))


def _pictures(cell):
    for output in cell.outputs:
        if "image/png" in output.get("data", {}):
            yield output.data["text/plain"]


def _points(cell):
    """What a graded cell of a lab is worth."""
    points = cell.metadata.get("nbgrader", {}).get("points")
    if points is not None:
        yield Fact(points, "", frozenset({"poin"}), ("points", cell.metadata.nbgrader.grade_id))


def _fenced(part):
    for block in FENCE.findall(part):
        yield from written("\n".join(block.splitlines()[1:-1]))
