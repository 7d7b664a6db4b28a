"""Every text renders as what it is: no line of prose has turned into a list, a table or HTML."""

from pathlib import Path

import nbformat
import pytest
from rendering import unmeant

ROOT = Path(__file__).parents[2]
BOOKS = sorted(
    [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "notebooks" / "labs").glob("*.ipynb")]
)
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("instructor/**/README.md")]
PAGES += sorted(set(ROOT.glob("docs/*.md")) - {ROOT / "docs" / "api.md"})  # docstrings have theirs


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_notebook_renders_as_it_is_meant(path):
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells):
        if cell.cell_type == "markdown":
            found = list(unmeant(cell.source))
            assert not found, f"cell {number}: {'; '.join(found)}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_renders_as_it_is_meant(path):
    assert list(unmeant(path.read_text(encoding="utf-8"))) == []


BROKEN = {
    "a sum that begins a line": "The cosine keeps to -1 to\n1. The shaded side is half.",
    "a sum within an item": "- the loss goes to\n  1. Then it stays,\n- and rests.",
    "a minus sign": "The margin takes the loss down to\n- 0.5 at most.",
    "a minus sign in a list": "- the loss falls to\n- 0.5 at most,\n- and rests.",
    "a blank line in a list": "- one,\n- two,\n\n- three.",
    "a plus sign": "The gain over it is\n+ 0.3 on average.",
    "a star for times": "The area is 3\n* 4 of them.",
    "a number sign": "Read the notebook with\n# 3 in front.",
    "a rule under a line": "Twice the loss\n---\nof the batch.",
    "equals signs": "Twice the loss\n===\nof the batch.",
    "a comparison": "All the pairs whose cosine is\n> 0.5 are the same.",
    "stars within a product": "So 3*4*5 is 60.",
    "one star": "The best of them* are kept.",
    "underscores": "Call __init__ of the module.",
    "a backtick": "Call `encode of the module.",
    "a name in angles": "Shapes are <batch> and <dim>.",
    "a bar in a table": "| loss | of |\n| --- | --- |\n| |a - b| | pairs |",
    "a line under a table": "| loss | of |\n| --- | --- |\n| L1 | pairs |\nThe second is better.",
    "bars without a table": "| loss | of |\n| L1 | pairs |",
    "money": "It costs $5 here and $10 there.",
    "one dollar": "It costs $5 here.",
    "two tildes": "Some ~0.5 of it and ~0.7 of that.",
    "an indented line": "The result:\n\n    of the loss",
    "spaces at the end": "The loss  \nof the batch.",
    "a definition": "The first is\n\n[1]: 0.5",
}

MEANT = """# A heading

After this notebook you can
- compute $|a - b|^2$ and `a_b * c`,
- read **two** *words*:
  1. one,
  2. two.

| loss | $|d|$ |
| --- | --- |
| `a \\| b` | -1 |

<details><summary>Solution</summary>

```python
x = 3 * 4  # > 5
```

</details>

It is 0.5 < 0.7, $5, \\ 6$ and [a link](https://example.org/a_b_c).

$$
S = V_1 V_2^\\top
- 1
$$
"""


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_an_author_cannot_mean_is_found(text):
    assert list(unmeant(f"Before it.\n\n{text}\n\nAfter it."))


def test_what_an_author_means_passes():
    assert list(unmeant(MEANT)) == []
