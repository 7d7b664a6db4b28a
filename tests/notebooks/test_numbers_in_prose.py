"""No number in prose without its ground; and how much the checker of it catches."""

import random
import re
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import numbers_in_prose as checker  # noqa: E402
from prose import pages  # noqa: E402
from prose.check import findings  # noqa: E402
from prose.exempt import is_exempt  # noqa: E402
from prose.plain import prose  # noqa: E402
from prose.sources import sources  # noqa: E402
from prose.tokens import numbers  # noqa: E402

SHOWN = list(checker.pages())
KNOWN = checker.shelf_of(SHOWN)
SAID_BY = {page.name[:2]: checker.said(page) for page in SHOWN if page.name[:2].isdigit()}
BOOKS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}


def found_on(page):
    return list(findings(page, KNOWN, sources(), SAID_BY))


def test_every_number_stands_in_an_output_a_given_a_source_or_a_derivation():
    assert list(checker.check(SHOWN)) == []


def test_every_page_is_read():
    names = [page.name for page in SHOWN]
    assert {path.stem for path in BOOKS.values()} <= set(names)
    assert {f"lab{k}" for k in range(1, 7)} <= {name[:4] for name in names}
    written = {path.name for path in (ROOT / "docs").glob("*.md")} - {"api.md"}
    assert {"quiz", "README.md", "explorers", "results.md", *written} <= set(names)
    assert sum(len(checker.said(page)) for page in SHOWN) > 1500


def swapped(number):
    """The same with two neighbouring digits the other way round, as late as they differ."""
    i = next(i for i in range(len(number) - 1, 0, -1) if number[i] != number[i - 1])
    return number[: i - 1] + number[i] + number[i - 1] + number[i + 1 :]


def one_less(number):
    """As an earlier run might have printed it: five units of the last digit lower."""
    return f"{float(number) - 5 * 10.0 ** -len(number.partition('.')[2]):.{len(number) - 2}f}"


@pytest.mark.parametrize(
    ("book", "says", "wrong"),
    [
        ("02", r"falls from \S+ to (-\d\.\d+)", lambda n: "-1.579"),  # the cost one step earlier
        ("03", r"the share is down to (\d\.\d+)", one_less),
        ("04", r"2 x 0\.25 x 256 =\s(\d+)", lambda n: "126"),  # a sum that does not come out
        ("05", r"the network has an AUC of (\d\.\d+)", one_less),
        ("09", r"a share of (\d\.\d+) of the pairs is different", swapped),
        (
            "07",
            r"networks \(Snell et al\. 2017\) \| 0\.988 \| (\d\.\d+)",
            one_less,
        ),  # somebody else's
        ("08", r"prints (\d\.\d+)", lambda n: "0.9595"),  # a number that another source has
        ("09", r"an accuracy of (\d\.\d+)", lambda n: "0.811"),  # one of the next section
        ("11", r"InfoNCE begins at (\d\.\d+)", swapped),
        ("12", r"(\d\d\d,\d+) bytes are", swapped),
    ],
)
def test_a_wrong_number_in_a_copy_of_a_notebook_is_named(book, says, wrong, tmp_path):
    copy = nbformat.read(BOOKS[book], as_version=4)
    for cell in copy.cells:
        if cell.cell_type == "markdown" and (found := re.search(says, cell.source)):
            planted = wrong(found[1])
            cell.source = cell.source[: found.start(1)] + planted + cell.source[found.end(1) :]
            break
    else:
        pytest.fail(f"{book} says nothing like {says} any more; choose another number of it")
    nbformat.write(copy, tmp_path / BOOKS[book].name)
    named = found_on(pages.notebook(tmp_path / BOOKS[book].name))
    assert any(planted in finding.number for finding in named)
    assert found_on(pages.notebook(BOOKS[book])) == []


def test_an_output_that_changed_under_its_prose_is_named(tmp_path):
    """What happens where a notebook is executed anew and its text is not read anew."""
    copy = nbformat.read(BOOKS["05"], as_version=4)
    said = re.search(
        r"the network has an AUC of (\d\.\d+)", "\n".join(c.source for c in copy.cells)
    )[1]
    for cell in copy.cells:
        for output in cell.get("outputs", []):
            if "text" in output:
                output.text = output.text.replace(said, one_less(said))
    nbformat.write(copy, tmp_path / BOOKS["05"].name)
    assert said in {f.number for f in found_on(pages.notebook(tmp_path / BOOKS["05"].name))}


def mutated(page, chosen, rng):
    """Change a digit of each chosen number of a page; [(passage, new number)]."""
    planted = []
    for passage in page.passages:
        for number in reversed(chosen.get(id(passage), [])):
            places = [i for i, letter in enumerate(number.text) if letter.isdigit()]
            i = rng.choice(places)
            digit = rng.choice([d for d in "0123456789" if d != number.text[i]])
            new = number.text[:i] + digit + number.text[i + 1 :]
            end = number.place + len(number.text)
            passage.text = passage.text[: number.place] + new + passage.text[end:]
            planted.append((passage.where, new, number.digits))
    return planted


def checked(passage, page):
    text = prose(passage.text)
    return [n for n in numbers(text) if not is_exempt(n, passage.text, page, KNOWN)]


def test_nine_of_ten_wrong_digits_are_caught(record_property):
    """One digit of a fifth of all numbers, of a rounded last place too, is another one; five draws.

    A single draw has 200 numbers, and its share wanders by .02 either way.
    """
    caught, short = [], []
    for seed in range(5):
        rng = random.Random(seed)
        for page in checker.pages():
            chosen = {id(p): [n for n in checked(p, page) if rng.random() < 0.2]
                      for p in page.passages}  # fmt: skip
            planted = mutated(page, chosen, rng)
            found = found_on(page)
            named = {(f.where, f.number) for f in found}
            broken = {f.where for f in found if "come out" in f.sentence}
            for where, new, digits in planted:
                (caught if digits > 1 else short).append((where, new) in named or where in broken)
    share = sum(caught + short) / len(caught + short)
    for name, value in (("numbers", len(caught + short)), ("caught", share),
                        ("of two digits and more", sum(caught) / len(caught))):  # fmt: skip
        record_property(name, value)
        print(f"{name}: {value:.3f}")
    assert len(caught) > 750
    assert share > 0.9
