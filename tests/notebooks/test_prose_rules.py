"""The rules of tools/numbers_in_prose.py: what is a number, what carries it, what is exempt."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from prose.check import findings  # noqa: E402
from prose.derivations import equations  # noqa: E402
from prose.exempt import shelf  # noqa: E402
from prose.facts import printed, settings, written  # noqa: E402
from prose.pages import Page, Passage, quiz, written_page  # noqa: E402
from prose.plain import prose  # noqa: E402
from prose.sources import Source, looked_up, wrong  # noqa: E402
from prose.tokens import numbers  # noqa: E402

HEADS = {
    "03_triplets": '# 03 Triplets\nTime: about 45 minutes to study.\ncheck("triplets.1", f)',
    "00_start": "# 00 Start\n| [03 Triplets](03_triplets.ipynb) | which? | 45 |\n"
    "### References\n- Schroff, Kalenichenko 2015, *FaceNet*.",
    "lab2_loss": 'check("lab2.1", f)\n| 2.1 Cosine | 10 | 6 values, 4 zero vectors |',
}
KNOWN = shelf(list(HEADS), list(HEADS.values()))


def left(text, *, output="", code="", name="03_triplets", heading="", table=(), said=None):
    """The numbers of a text that rest on nothing, beside one output and one cell of code."""
    facts = [*printed(output), *written(code)]
    page = Page(name, [Passage("here", text, heading, facts)])
    return [finding.number for finding in findings(page, KNOWN, table, said)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("-0.133, +2 and −1.5", [-0.133, 2, -1.5]),
        ("1,623 of 404,351", [1623, 404351]),
        ("61 %, 3 points, 2.5 million", [61, 3, 2.5e6]),
        (".25 and 1e-3 and 2e3", [0.25, 0.001, 2000]),
        ("28 x 28 or 28x28 or 1/16", [28, 28, 28, 28, 1, 16]),
        ("5-way, a 0.2-step, 0.861 to 0.843", [5, 0.2, 0.861, 0.843]),
        ("L1, x2, h_3, float32, 3D, 2A, v1.5 and W^2", []),
        ("It is 0.5. The next is 0.6.", [0.5, 0.6]),
        ("falls by 3.", [3]),
    ],
)
def test_what_is_a_number(text, values):
    assert [number.value for number in numbers(text)] == pytest.approx(values)


def test_a_number_knows_its_sentence_and_its_rounding():
    *_, last = numbers("The AUC is 0.86 here. Then\nit falls\nto 0.850.")
    assert last.sentence == "Then it falls to 0.850." and last.half == pytest.approx(0.0005)
    assert [n.digits for n in numbers("0.050, 30, .861 and 1,623")] == [2, 2, 3, 4]


@pytest.mark.parametrize(
    ("markdown", "kept"),
    [
        ("`margin=0.3` and `0.7` here", [0.7]),
        ("[a](b_0.5.ipynb) 0.6 <!-- 0.7 --> <b>0.8</b>", [0.6, 0.8]),
        ("$\\tfrac12 x^3 + 0.25$ and 0.5", [0.25, 0.5]),
        ("```python\nx = 0.5\n```\n0.6", [0.6]),
    ],
)
def test_code_links_and_the_structure_of_formulas_are_no_prose(markdown, kept):
    assert len(prose(markdown)) == len(markdown)
    assert [number.value for number in numbers(prose(markdown))] == kept


@pytest.mark.parametrize(
    ("said", "output", "passes"),
    [
        (".996", "cosine 0.9957", True),
        (".995", "cosine 0.9957", False),
        ("0.99572", "cosine 0.9957", False),
        ("99.6 %", "cosine 0.9957", True),
        ("0.614", "share 61.4%", True),
        ("61 %", "share 0.6143", True),
        ("62 %", "share 0.6143", False),
        ("-1.675", "cost -1.675", True),
        ("-1.579", "cost -1.675", False),
        ("-1.675", "cost 1.675", False),
        ("1.675", "cost -1.675", True),
        ("1,624", "1623 rows", False),
        ("1,623", "1623 rows", True),
        ("254 thousand", "254,080 weights", True),
    ],
)
def test_a_number_stands_in_an_output_rounded_or_as_per_cent(said, output, passes):
    assert (left(f"The share is {said} now.", output=output) == []) is passes


@pytest.mark.parametrize(
    ("said", "output", "code", "passes"),
    [
        ("The loss is 0.4 now.", "loss 0.4", "", True),
        ("The loss is 0.4 now.", "loss 0.402", "", False),  # a single digit is not rounded to
        ("The loss is 0.4 now.", "AUC 0.4", "", False),  # of something else
        ("The value is 0.4 and 0.733.", "AUC 0.4 0.733", "", True),  # in company
        ("Each of 24 letters is shown.", "", "LETTERS = 24", True),
        ("Each of 24 letters is shown.", "", "rows = 24", False),
        ("Three of 24 letters are shown.", "letters\n  24  30", "", True),  # its heading says so
        ("We train on 40 people.", "", "draw(people=40)", True),
        ("We train for 300 steps.", "", "x = 300", True),  # three digits are not found by accident
    ],
)
def test_a_short_number_must_keep_company(said, output, code, passes):
    assert (left(said, output=output, code=code) == []) is passes


def test_what_code_gives():
    def values(code):
        return {fact.value for fact in written(code)}

    assert {3, 4, 12, 0.5} <= values("side = 3 * 4\nf(margin=0.5)")
    assert values("axes.plot(7, 8, lw=9)\nx[5]\nx.sum(axis=6)\nf(figsize=(9, 8))") == set()
    assert values("def f(a, margin=0.25, *, n, k=7): pass") == {0.25, 7}
    assert values("print(f'{x:.3f} 17')") == set()
    assert values("this is no Python 5") == set()
    assert -0.4 in values("lab[0] = -0.4")
    assert [fact.value for fact in settings("RATE = 2e-3\nrate = 5")] == [2e-3]


def test_what_stands_in_another_section_does_not_count():
    far = Passage("there", "One more.", "", list(printed("AUC 0.861")))
    here = Passage("here", "The AUC is 0.861.", "", [])
    assert [f.where for f in findings(Page("03_x", [far, here]), KNOWN)] == ["here"]


def test_a_number_may_be_said_again_and_said_of_another_notebook():
    first = Passage("first", "The AUC is 0.861.", "", list(printed("AUC 0.861")))
    again = Passage("again", "So 0.861 it is, not 0.862.", "", [])
    assert [f.number for f in findings(Page("03_x", [first, again]), KNOWN)] == ["0.862"]
    finer = Passage("again", "So the AUC is 0.8610.", "", [])
    assert [f.number for f in findings(Page("03_x", [first, finer]), KNOWN)] == ["0.8610"]
    said = {"00": list(numbers("It reads 0.915."))}
    assert left("Notebook 00 has 0.915.", said=said) == []
    assert left("Notebook 03 has 0.915.", said=said) == ["0.915"]
    assert left("It has 0.915.", said=said) == ["0.915"]


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("so L1 =\n-0.133 + 0.4 + 0.25 =\n0.517.", [True]),
        ("so L1 = -0.133 + 0.4 + 0.25 = 0.571.", [False]),
        ("2 x 0.25 x 256 = 128", [True]),
        ("near ln 24 = 3.18 of guessing", [True]),
        ("near ln 24 = 3.17", [False]),
        ("$\\sqrt 2$ = 1.414 and $2 / \\sqrt{64\\pi}$ = 0.14", [True, True]),
        ("$\\sqrt{2} = 1.414$ and $\\frac{1}{8} = 0.125$", [True, True]),
        ("max(-0.8 + 0.4 + 0.25, 0) = 0", [True]),
        ("from *all* 28 x\n28 = 784 pixels", [True]),
        ("(0.3 + 0.1 - 0.8) / 3 = -0.133", [True]),
        ("0.915² = 0.837 and 1.96 x sqrt(0.25 / 25) = 0.196", [True, True]),
        ("1,000 - 40 = 960", [True]),
        ("1 - .95 = .05 = 0.1 / 2", [True, True]),
        ("so L2 is -0.8 + 0.79 + 0.25 = 0.24", [True]),
        ("the margin - 0.4 = 0.2", []),
        ("with margin = 0.25 and b = 4", []),
        ("x + 2 = 3, cos(a) + 0.25 = 0.3", []),
        ("$|a - b|^2 = 2 - 2\\cos(a, b)$", []),
        ("That was 5. 3 + 4 = 8.", [False]),
    ],
)
def test_equations_are_worked_out(text, verdicts):
    assert [is_true for _, is_true, _ in equations(text)] == verdicts


def test_an_equation_carries_its_result_and_not_its_terms():
    rows = "rows 171, times 3"
    assert left("All rows: 3 x 171 = 513.", output=rows) == []
    assert left("All rows: 3 x 172 = 516.", output=rows) == ["172"]
    assert left("All rows: 3 x 171 = 514.", output=rows) == ["3 * 171 = 514", "514"]


def test_a_share_may_be_said_of_a_hundred():
    assert left("It is right for 93 of 100 pairs.", output="accuracy 0.928") == []
    assert left("It is right for 94 of 100 pairs.", output="accuracy 0.928") == ["94", "100"]


@pytest.mark.parametrize(
    ("text", "left_over"),
    [
        ("Between 0 and 1, or -1 and 2, or 100 %.", []),
        ("But 3 or 0.0 or 1.0 or 2 % or 99 %.", ["3", "0.0", "1.0", "2 %", "99 %"]),
        ("## 7 False negatives\n\n1. First\n2. Second", []),
        ("| 3 | x |\n| 4 | x |\n| 6 | x |", ["3", "6"]),
        (
            "Section 6.2 and equation 4, seeds 5 and 7, question 9, way 3, notebooks 2.1 and 2.4.",
            [],
        ),
        ("Notebook 03, not notebook 17.", ["17"]),
        ("As in 03 and 00, not in 08.", ["08"]),
        ("[03](03_triplets.ipynb) but [03](00_start.ipynb)", ["03"]),
        ("[03 Triplets](03_triplets.ipynb), Lab 2, lab 7", ["7"]),
        ("**triplets.1 A check.** And exercise 2.1, not exercise 2.7.", ["2.7"]),
        ("Schroff et al. 2015, not Schroff et al. 2016; in 2015.", ["2016"]),
        ("Time: about 45 minutes to study.", []),
        ("Time: about 50 minutes to study.", ["50"]),
        ("| [03 Triplets](03_triplets.ipynb) | which? | 45 |", []),
        ("| [03 Triplets](03_triplets.ipynb) | which? | 54 |", ["54"]),
    ],
)
def test_what_is_exempt_and_what_is_not(text, left_over):
    assert left(text) == left_over


def test_points_of_a_lab_add_up_or_are_named():
    row = "| 2.1 Cosine | 10 | 6 values, 4 zero vectors |"
    assert left(row, name="lab2_loss") == []
    assert left("**2.1 (10 points).** 6 for values.", name="lab2_loss") == []
    assert left("**2.1 (10 points).** 7 for values.", name="lab2_loss") == ["7"]
    odd = shelf(["lab2_loss"], ["| 2.1 Cosine | 10 | 7 values, 4 zero vectors |"])
    assert odd.points == {}


def test_a_source_covers_its_number_in_its_sentence_only():
    table = [Source(("92.0 %", "21.7 %"), "Koch et al.", "Koch et al. 2015, table 1")]
    assert left("Koch et al. have 92.0 %, pixels 21.7 %.", table=table) == []
    assert left("Koch et al. have 92.1 %.", table=table) == ["92.1 %"]
    assert left("Others have 92.0 %.", table=table) == ["92.0 %"]


def test_a_stored_result_and_a_setting_are_looked_up(tmp_path):
    (tmp_path / "benchmarks").mkdir()
    values = {"a": {"auc": [{"mean": 0.861}, {"mean": 0.865}], "0.5": 3}}
    (tmp_path / "benchmarks" / "x.json").write_text(json.dumps(values))
    (tmp_path / "x.py").write_text(
        "SIZE, OTHER = 3 * 1024, 5\nclass Limits:\n    seconds: float = 600\n"
    )
    path = "benchmarks/x.json: "
    assert looked_up(path + "a.auc.*.mean", tmp_path) == [pytest.approx(0.863)]
    assert looked_up(path + "a|0.5", tmp_path) == [3]
    assert looked_up("Koch et al. 2015", tmp_path) is None
    assert wrong(Source(("0.863", "86.3 %"), "it", path + "a.auc.*.mean"), tmp_path) is None
    assert "0.864" in wrong(Source(("0.864",), "it", path + "a.auc.*.mean"), tmp_path)
    assert wrong(Source(("3",), "it", "x.py: SIZE / 1024"), tmp_path) is None
    assert wrong(Source(("10",), "it", "x.py: seconds / 60"), tmp_path) is None
    assert "11" in wrong(Source(("11",), "it", "x.py: seconds / 60"), tmp_path)
    with pytest.raises(ValueError, match="no numbers are assigned to NAME"):
        looked_up("x.py: NAME", tmp_path)


QUESTION = """
[[question]]
ask = "A batch of 256 has a loss of 128. Why?"
right = 0
answers = [["{right}", "{why}"], ["It is 777", "{other}"]]
"""


@pytest.mark.parametrize(
    ("right", "why", "other", "left_over"),
    [
        ("The 256 rows", "256 / 2 = 128", "Not so.", []),
        ("The 257 rows", "256 / 2 = 128", "Not so.", ["257"]),
        ("All", "256 / 2 = 129", "Not so.", ["256 / 2 = 129", "129"]),
        ("All", "Yes.", "Of 255 none.", ["255"]),
    ],
)
def test_the_quiz_may_be_wrong_in_wrong_answers_only(right, why, other, left_over, tmp_path):
    file = tmp_path / "quiz.toml"
    file.write_text(QUESTION.format(right=right, why=why, other=other))
    assert [finding.number for finding in findings(quiz(file), KNOWN)] == left_over


def test_a_written_page_rests_on_its_commands_and_its_files(tmp_path):
    page, file = tmp_path / "README.md", tmp_path / "requirements.txt"
    file.write_text("python 3.11\n")
    page.write_text(
        "# It\nPython 3.11, 400 pairs.\n```\nrun --pairs 400\n```\n"
        "<!-- results -->\n| 0.123 |\n<!-- /results -->\n# Else\n400 and 0.124\n"
    )
    assert [f.number for f in findings(written_page(page, file), KNOWN)] == ["0.124"]
