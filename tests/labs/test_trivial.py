"""Nobody's work earns nothing: constants, inputs and their means as answers to every part."""

import json
import re
from pathlib import Path

import lab_help
import numpy as np
import pytest
from grading_attacks import rules

from instructor.labs.exercise import put
from instructor.labs.lab5 import ex_5_5, questions

ROOT = Path(__file__).parents[2]
README = ROOT / "instructor" / "README.md"
QUALITY = ROOT / "benchmarks" / "grading" / "results" / "quality.json"

UNTRAINED = ("ex-5-5",)  # the cell that trains
EXERCISES = [(lab, number) for lab in lab_help.GRADED for number in lab_help.LABS[lab].points]
_rng = np.random.default_rng(9)
# Of the right shape, which the text of a lab gives away, but without a thought.
FILLS = {str(c): lambda a, c=c: np.full(a.shape, c) for c in
         (0, 0.0, 1, 1.0, -1, -2.0, 0.5, True, False, np.nan, np.inf)}  # fmt: skip
FILLS |= {
    "normal": lambda a: _rng.normal(size=a.shape),
    "uniform": lambda a: _rng.uniform(size=a.shape),
    "coin": lambda a: _rng.random(a.shape) > 0.5,
    "scalar": lambda a: 0.0,
    "zeros of its kind": np.zeros_like,
}
# Functions of one input: itself, and what numpy makes of it at once.
OF_AN_INPUT = {
    "itself": lambda x: x,
    "mean": np.mean,
    "sum": np.sum,
    "diagonal": np.diag,
    "length": len,
    **{f"{f.__name__} along {axis}": lambda x, f=f, axis=axis: f(x, axis=axis)
       for f in (np.mean, np.max, np.argmax) for axis in (0, -1)},
}  # fmt: skip


def _filled(right, fill):
    if isinstance(right, dict):
        return {name: _filled(entry, fill) for name, entry in right.items()}
    if isinstance(right, list | tuple):
        return [_filled(entry, fill) for entry in right]
    return right if right is None or isinstance(right, str) else fill(np.asarray(right))


def _right(lab, part, ask, cases):
    if "predict(" in part.ask:
        return [np.zeros(len(case[0]), bool) for case in cases]  # what counts is the shape
    return [lab_help._answer(ask, case, lab_help.solved(lab, _skipped(lab))) for case in cases]


def _skipped(lab):
    return UNTRAINED if lab == "lab5" else ()


def _share(part, answers_to):
    """What a part gives for answers_to(program, cases)."""
    ask = lambda program, cases: [(a, "") for a in answers_to(program, cases)]  # noqa: E731
    cases, answers = put(part, np.random.default_rng(0), ask)
    return part.combine([lab_help._share(part, *pair) for pair in zip(cases, answers, strict=True)])


def _asked_of(lab, program, cases, function, place):
    """Answers where the learner's function is that of its input at place."""
    name = re.search(r"(?<![.\w])(\w+)(?:\(|, )(?:\*case|case\[0\]|list\(case|x\)|at\))", program)
    if not name:
        return [None for _ in cases]
    space = lab_help.solved(lab, _skipped(lab)) | {name[1]: lambda *given: function(given[place])}
    return [lab_help._answer(program, case, space) for case in cases]


@pytest.mark.parametrize(("lab", "number"), EXERCISES)
def test_a_constant_of_the_right_shape_earns_nothing(lab, number):
    for part in lab_help.parts(lab, number):
        for name, fill in FILLS.items():

            def answers(program, cases, part=part, fill=fill):
                return [_filled(entry, fill) for entry in _right(lab, part, program, cases)]

            assert _share(part, answers) == 0, f"{part.title}: {name}"


@pytest.mark.parametrize(("lab", "number"), EXERCISES)
def test_an_input_and_what_one_call_makes_of_it_earn_nothing(lab, number):
    for part in lab_help.parts(lab, number):
        for place in range(len(part.draw(np.random.default_rng(0))[0])):
            for name, function in OF_AN_INPUT.items():

                def answers(program, cases, function=function, place=place):
                    return _asked_of(lab, program, cases, function, place)

                assert _share(part, answers) == 0, f"{part.title}: {name} of {place}"


def test_equal_texts_alone_are_no_model():
    def same_text(program, cases):
        return [np.array([a == b != "" for a, b in zip(*case, strict=True)]) for case in cases]

    for part in lab_help.parts("lab5", "5.5"):
        assert _share(part, same_text) == 0, part.title


PARSER = """
import re
from siamese_lib.datasets import questions

DATA = questions._data()
NAMES = [(name, value) for values in DATA["values"].values() for value in values
         for name in value.split("|")]

def pattern(phrasing):
    text = ""
    for piece in re.split(r"(<[^>]*>|\\{\\w+\\})", phrasing):
        if piece.startswith("<"):
            inner = piece[1:-1]
            choices = inner.split("|") if "|" in inner else DATA["words"][inner]
            text += "(?:" + "|".join(map(re.escape, choices)) + ")"
        else:
            text += "(.+)" if piece.startswith("{") else re.escape(piece)
    return re.compile(text, re.IGNORECASE)

WAYS = [(aspect, pattern(p)) for aspect, ways in DATA["aspects"].items() for p in ways]

def parse(text):
    fits = [(m[1], aspect) for aspect, way in WAYS if (m := way.fullmatch(text)) and m.groups()]
    if not fits:
        return text
    thing, aspect = min(fits, key=lambda fit: len(fit[0]))
    values = [(len(n), v) for n, v in NAMES if re.search(rf"\\b{re.escape(n)}s?\\b", thing, re.I)]
    return aspect, max(values)[1] if values else thing

def predict(first, second):
    return np.array([parse(a) == parse(b) for a, b in zip(first, second)])
"""


KEYWORDS = (
    PARSER
    + """
import collections

def words(phrasing):
    return set(re.findall("[a-z]+", re.sub(r"\\{\\w+\\}|[<>|]", " ", phrasing.lower())))

BAGS = [(aspect, words(p)) for aspect, ways in DATA["aspects"].items() for p in ways]
SEEN = collections.Counter(word for _, bag in BAGS for word in bag)
RARE = {word: np.log(len(BAGS) / seen) for word, seen in SEEN.items()}

def parse(text):
    said = words(text)
    fit = [sum(RARE[w] for w in bag & said) / np.sqrt(1 + sum(RARE[w] for w in bag)) for _, bag in BAGS]
    values = [(len(n), v) for n, v in NAMES if re.search(rf"\\b{re.escape(n)}s?\\b", text, re.I)]
    return BAGS[int(np.argmax(fit))][0], max(values)[1] if values else ""
"""
)


@pytest.mark.parametrize("source", [PARSER, KEYWORDS], ids=["parser", "keywords"])
def test_rules_from_the_learner_s_files_earn_nothing_as_instructors_are_told(source):
    space = {"np": np}
    exec(source, space)
    part = lab_help.parts("lab5", "5.5")[-1]
    right = []
    for seed in range(5):
        ((first, second),) = part.draw(np.random.default_rng(seed))
        said = space["predict"](first, second)
        right.append(said == questions.labels(first, second))
        assert part.judge((first, second), said) == 0
    assert f"in {np.mean(right):.2f}" in README.read_text()


@pytest.fixture(scope="module")
def drawn():
    """Hidden pairs, and which are the same."""
    pairs = questions.hidden_pairs(np.random.default_rng(0))
    return *pairs, questions.labels(*pairs)


@pytest.mark.parametrize("name", rules.SCORES)
def test_no_rule_with_the_best_threshold_earns_more_than_a_tenth(name, drawn):
    assert ex_5_5.share(rules.reached(rules.SCORES[name], *drawn)) <= 0.1


def test_what_instructors_are_told_of_rules_is_what_was_measured():
    found = json.loads(QUALITY.read_text())["rules"]
    assert found.keys() == rules.SCORES.keys()
    best = f"{max(entry['accuracy'] for entry in found.values()):.2f}"
    text = " ".join(README.read_text().split())
    assert f"{len(found)} more (shared names" in text and f"right in {best}. None of them" in text
    assert f"begin at {ex_5_5.QUALITY[0][0]:.2f}" in text
    assert all(entry["share of points"] == 0 for entry in found.values())
