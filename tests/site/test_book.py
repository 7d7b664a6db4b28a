"""The printed edition: whole, numbered, nothing cut, no page wasted, no secret in it."""

import re
import sys
from pathlib import Path

import nbformat
import pypdfium2 as pdfium
import pytest

from instructor.release import find_leaks, secrets
from siamese_lib.checks.contents import CONTENTS
from siamese_lib.checks.quiz import questions

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tools" / "book")]
import chapters  # noqa: E402
import listings  # noqa: E402
import terms  # noqa: E402
import texts  # noqa: E402

import notebooks as runner  # noqa: E402

MM = 72 / 25.4
BOX = (24 * MM, 24 * MM, 186 * MM, 275 * MM)  # left, bottom, right, top: A4 within its margins
STORED = {
    one.stem: nbformat.read(ROOT / "notebooks" / f"{one.stem}.ipynb", as_version=4)
    for one in CONTENTS
}
FOLDED = re.compile(r"<summary>Solution to ([\w.]+)</summary>.*?```python\n(.*?)```", re.DOTALL)


def bare(text):
    """Without white space and without the marks at which a line turns or a word is parted."""
    return re.sub(r"[\s\u200b\u21aa\u2010\ufffe\x02-]", "", text)


@pytest.fixture(scope="module")
def pdf(book):
    with pdfium.PdfDocument(book) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(pdf):
    """The text of each page within its margins."""
    return [page.get_textpage().get_text_bounded(*BOX).replace("\r", "") for page in pdf]


@pytest.fixture(scope="module")
def outline(pdf):
    """[(level, title, page from 0)], as readers on a screen see it."""
    return [(mark.level, mark.get_title(), mark.get_dest().get_index()) for mark in pdf.get_toc()]


@pytest.fixture(scope="module")
def parts(outline, pages):
    """{title of a chapter or a part: (its first page, the one after its last)}."""
    starts = [(title, page) for level, title, page in outline if level == 0]
    ends = [page for _, page in starts[1:]] + [len(pages)]
    return {title: (page, end) for (title, page), end in zip(starts, ends, strict=True)}


def part(pages, span):
    return "".join(pages[slice(*span)])


def test_every_notebook_is_a_chapter_and_the_rest_follows(parts, pages):
    titles = [re.match(r"# (.+)", book.cells[0].source)[1] for book in STORED.values()]
    after = ["Exercises", "Quiz", "Solutions", "Answers to the quiz", "Notation", "Index"]
    assert list(parts) == ["Contents", "How to read this on paper", *titles, *after]
    contents = part(pages, parts["Contents"])
    for title, (page, _) in parts.items():
        assert pages[page].startswith(title)
        assert title == "Contents" or re.search(rf"{re.escape(title)}[ .]+{page + 1}\b", contents)
    assert 150 < len(pages) < 300


def test_every_section_of_a_notebook_is_in_the_outline(outline):
    marks = [title for _, title, _ in outline]
    for book in STORED.values():
        text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
        heads = re.findall(r"^##+ ([^`$\n]+)$", text, re.MULTILINE)
        assert len(heads) > 5 and set(heads) <= set(marks)


def test_figures_are_numbered_and_each_is_there_once(parts, pages):
    found = re.findall(r"Figure (\d+)\.(\d+)\.\s", "".join(pages))
    assert len(found) == len(set(found))
    for number, book in enumerate(STORED.values()):
        outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
        known = [output.metadata["image/png"]["alt"] for output in outputs
                 if "image/png" in output.get("data", {})]  # fmt: skip
        shown = [alt for alt in known if not (number and alt.startswith("You are here"))]
        here = [int(k) for chapter, k in found if int(chapter) == number]
        assert sorted(here) == list(range(1, len(shown) + 1))
        for alt in shown:
            assert alt == runner.STILL or bare(alt) in bare("".join(pages)), alt


def test_each_explorer_says_where_it_moves(pages):
    for one in CONTENTS:
        kinds = [re.findall(r"(\w+)_explorer\(", cell.source)[0] for cell in STORED[one.stem].cells
                 if runner.STILL in runner.text_of(cell)]  # fmt: skip
        for kind in kinds:
            said = rf"The {kind.replace('_', '-')} explorer, a still picture\. It moves at\s"
            assert re.search(said, "".join(pages))
        address = f"example.github.io/siamese/notebooks/{one.stem}.html"
        own = len(kinds) - sum("explorer(lambda" in cell.source for cell in STORED[one.stem].cells)
        assert bare("".join(pages)).count(bare(address)) >= own


def test_without_a_repository_it_says_so_in_words(monkeypatch):
    monkeypatch.delenv("SIAMESE_REPOSITORY", raising=False)
    assert chapters._of_explorer("cost_explorer()", "02_cosine_cost") == (
        "The cost explorer, a still picture. It moves on the web page of notebook 02, and wherever "
        "that notebook runs."
    )


def test_nothing_stands_beyond_the_margins(pdf):
    left, bottom, right, top = BOX
    for number, page in enumerate(pdf, 1):
        text = page.get_textpage()
        for k in range(text.count_rects()):
            x0, y0, x1, y1 = text.get_rect(k)
            # The first f of a line in italics leans out by nearly 2 points.
            assert left - 2 < x0 and x1 < right + 1, (number, text.get_text_bounded(x0, y0, x1, y1))
        for one in page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE]):
            x0, y0, x1, y1 = one.get_bounds()
            assert left - 1 < x0 and x1 < right + 1 and bottom - 1 < y0 and y1 < top + 1, number


def test_pictures_keep_their_proportions(pdf):
    for number, page in enumerate(pdf, 1):
        for one in page.get_objects([pdfium.raw.FPDF_PAGEOBJ_IMAGE]):
            (x0, y0, x1, y1), (width, height) = one.get_bounds(), one.get_px_size()
            assert (x1 - x0) / (y1 - y0) == pytest.approx(width / height, rel=0.02), number


def test_no_line_of_code_or_of_what_it_printed_is_lost(pages):
    text = bare("".join(pages))
    for stem, book in STORED.items():
        for cell in book.cells:
            if cell.cell_type != "code" or cell.source.startswith("guess("):
                continue
            folded = cell.metadata.get("jupyter", {}).get("source_hidden")
            printed = [output.text for output in cell.outputs if "text" in output]
            for line in "\n".join([*printed, "" if folded else cell.source]).splitlines():
                assert bare(line) in text, (stem, line)


def test_a_long_line_turns_and_keeps_its_letters():
    code = "\n".join(["x = 1", "    " + "value = " + "some_name + " * 30 + "1", "y" * 300])
    shown = re.sub(r"<[^>]+>", "", listings.listing(code, "code"))
    assert max(map(len, shown.splitlines())) <= 104
    assert bare(shown) == bare(code)


def test_no_page_is_empty_but_at_the_end_of_a_part(pdf, parts):
    ends = {end for _, end in parts.values()} | {1}
    for number, page in enumerate(pdf, 1):
        grey = page.render(scale=0.3).to_numpy()[..., 0]
        height = len(grey)
        inside = grey[int(0.07 * height) : int(0.92 * height)]
        used = (inside < 200).any(axis=1).nonzero()[0]
        assert len(used), number
        assert number in ends or used.max() > 0.4 * len(inside), number


def test_guesses_have_their_choices(pages):
    text = bare("".join(pages))
    said = [output.data["text/plain"] for book in STORED.values() for cell in book.cells
            if cell.source.startswith("guess(") for output in cell.outputs]  # fmt: skip
    assert len(said) > 40
    for guess in said:
        question, *choices = guess.removeprefix("Predict: ").split("  ( ) ")
        assert bare(f"Predict. {question}{''.join(choices) or 'Your guess:'}") in text


def test_solutions_stand_at_the_end_and_nowhere_else(parts, pages):
    before = bare("".join(pages[: parts["Solutions"][0]]))
    there = bare(part(pages, parts["Solutions"]))
    asked = bare(part(pages, parts["Exercises"]))
    for book in STORED.values():
        text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
        known = dict(FOLDED.findall(text))
        assert known
        for name, solution in known.items():
            assert f'check("{name}",' in asked and name in there
            lines = [bare(line) for line in solution.splitlines()]
            assert all(line in there for line in lines), name
            assert "".join(lines) not in before, name
        answers = re.findall(r"<summary>A model answer</summary>\s*(\w+ \w+ \w+)", text)
        assert all(bare(words) in there for words in answers)
    assert "unfold" not in asked and "<details" not in asked


def test_the_quiz_is_asked_and_answered(parts, pages):
    asked, told = (bare(part(pages, parts[name])) for name in ("Quiz", "Answers to the quiz"))
    assert told.count("Right.") == len(questions())
    for one in questions():
        assert bare(one["ask"]) in asked
        assert bare(f"Right. {one['answers'][one['right']][1]}") in told


def test_the_index_leads_to_pages_that_hold_the_term(parts, pages):
    text = part(pages, parts["Index"])
    entries = dict(re.findall(r"^([a-zA-Z][\w -]*?)((?:[ ,\s]+\d+)+)$", text, re.MULTILINE))
    assert set(terms.terms()) <= set(entries)
    assert {"fit", "triplet_loss", "encode"} <= set(entries)
    for name, numbers in entries.items():
        for number in map(int, re.findall(r"\d+", numbers)):
            assert bare(name).lower() in bare(pages[number - 1]).lower(), (name, number)


def test_formulas_are_drawn(pages):
    """No TeX is left in the prose; in strings of code its stroke is doubled."""
    text = "".join(pages)
    assert re.findall(r"(?<!\\)\\(?:frac|sum|cos|sqrt|max|ln|partial|cdot)\b", text) == []
    assert "$$" not in text


def test_a_bar_within_a_formula_ends_no_cell_of_a_table():
    shown = texts.as_html("| a | b |\n| --- | --- |\n| $|d|$ | `x|y` |".replace("x|y", "xy"), set())
    assert shown.count("<td>") == 2
    (kind, tex) = texts.ASIDE.search(shown).groups()
    assert (kind, bytes.fromhex(tex).decode()) == ("i", "|d|")


def test_no_solution_of_a_lab_and_no_hidden_input_is_in_it(pages, tmp_path):
    runs, public = secrets()
    # Under the name of a notebook: a book teaches the same ideas. Marks within lines are no text.
    printed = tmp_path / "notebooks" / "0_book.txt"
    printed.parent.mkdir()
    text = "".join(pages).replace(listings.MARK, "")
    printed.write_text(text, encoding="utf-8")
    assert find_leaks(tmp_path, runs, public) == []
    printed.write_text(text + "\n".join(max(runs, key=len)), encoding="utf-8")
    assert find_leaks(tmp_path, runs, public) != []
