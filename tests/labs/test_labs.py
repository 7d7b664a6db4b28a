"""The labs as a whole: generated from their masters, worth 100 points, and harmless untouched."""

import json
import re

import jupytext
import lab_help
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from instructor import build_checks
from siamese_lib import checks
from siamese_lib.checks import labs as lab_checks
from siamese_lib.checks import progress
from siamese_lib.checks.judge import NOT_YET
from siamese_lib.checks.values import plain, same

MASTERS = [lab.master for lab in lab_help.LABS.values()]
LABS = [lab.notebook for lab in lab_help.LABS.values()]


def exercises(lab):
    return list(progress.exercises(lab))


def graded_cells(notebook):
    cells = [c for c in lab_help.code(notebook) if c.metadata.get("nbgrader", {}).get("grade")]
    return {c.metadata["nbgrader"]["grade_id"]: c for c in cells}


def test_the_labs_are_numbered_and_each_has_its_notebook():
    assert list(lab_help.LABS) == [f"lab{n}" for n in range(1, len(LABS) + 1)]
    committed = {path.stem for path in build_checks.NOTEBOOKS.glob("*.ipynb")}
    assert committed == set(LABS)


@pytest.mark.parametrize("script", MASTERS, ids=LABS)
def test_the_learner_version_is_in_step_and_holds_no_solution(script):
    committed = nbformat.read(build_checks.NOTEBOOKS / f"{script.stem}.ipynb", as_version=4)
    fresh = build_checks.learner_notebook(script)
    assert json.loads(nbformat.writes(committed)) == json.loads(nbformat.writes(fresh))
    text = nbformat.writes(committed)
    assert "SOLUTION" not in text
    solutions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END", script.read_text(), re.DOTALL)
    given = build_checks.SOLUTION.sub("", script.read_text())
    for line in {line.strip() for block in solutions for line in block.splitlines()}:
        if len(line) > 20 and line not in given:
            assert json.dumps(line)[1:-1] not in text


@pytest.mark.parametrize("lab", lab_help.GRADED)
def test_the_tables_are_in_step_with_their_sources(lab):
    stored, fresh = progress.exercises(lab), build_checks.tables(lab_help.LABS[lab])
    assert stored.keys() == fresh.keys()
    for name, entry in stored.items():
        for key in ("title", "ask", "fallback"):
            assert entry[key] == fresh[name][key]
        for key in ("cases", "right", "mistakes"):
            new = plain(lab_checks.decode(fresh[name][key]))
            assert same(new, lab_checks.decode(entry[key]), 1e-3), (name, key)


@pytest.mark.parametrize("lab", lab_help.GRADED)
def test_points_sum_up_and_are_announced(lab):
    notebook = lab_help.master(lab)
    cells = graded_cells(notebook)
    assert sum(cell.metadata["nbgrader"]["points"] for cell in cells.values()) == 100
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    assert 4 <= len(cells) <= 6
    assert len(cells) == len(exercises(lab))
    for name in exercises(lab):
        number = name.removeprefix("lab")
        parts = lab_help.parts(lab, number)
        points = cells[f"check-{number.replace('.', '-')}"].metadata["nbgrader"]["points"]
        assert sum(part.points for part in parts) == points
        assert f"**{number} ({points} points).**" in text
        row = re.search(rf"^\| {number} .*\| {points} \| (.*) \|$", text, re.MULTILINE)[1]
        assert [int(n) for n in re.findall(r"(?:^|, )(\d+) ", row)] == [
            part.points for part in parts
        ]


@pytest.mark.parametrize("lab", lab_help.GRADED)
def test_each_exercise_has_an_equation_several_cases_and_eight_hints_or_more(lab):
    text = "\n".join(c.source for c in lab_help.master(lab).cells if c.cell_type == "markdown")
    assert text.count("$$") >= 2 * len(exercises(lab))
    assert text.count("*Predict") == len(exercises(lab))
    assert re.search(r"\]\(\.\./0\d_\w+\.ipynb\)", text)
    for name, exercise in progress.exercises(lab).items():
        trained = name == "lab5.5"
        assert len(exercise["cases"]) >= (1 if trained else 2)
        assert len(exercise["mistakes"]) >= (6 if trained else 8)
        hints = [mistake["hint"] for mistake in exercise["mistakes"]]
        assert exercise["fallback"]
        assert all(hint for hint in hints)


@pytest.mark.parametrize("script", MASTERS, ids=LABS)
def test_untouched_it_runs_from_top_to_bottom_and_says_not_yet(script, tmp_path):
    notebook = build_checks.learner_notebook(script)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [o for c in lab_help.code(notebook) for o in c.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    said = "".join(o.get("text") or o["data"].get("text/plain", "") for o in outputs)
    assert said.count("not yet") == len(graded_cells(notebook))
    assert not (tmp_path / ".progress.json").exists()


@pytest.mark.parametrize("lab", lab_help.GRADED)
def test_the_master_passes_every_check_and_earns_every_point(lab, capsys):
    space = lab_help.solved(lab)
    for name in exercises(lab):
        is_right, message = lab_help.instantly(lab, name.removeprefix("lab"), space)
        assert is_right, message
        for seed in (10, 11, 12):
            for earned, most in lab_help.points(lab, name.removeprefix("lab"), space, seed):
                assert earned == most, (name, seed)


def test_answers_learned_by_heart_pass_the_check_and_earn_nothing():
    stored = progress.exercises("lab1")["lab1.5"]
    known = dict(
        zip(
            map(tuple, lab_checks.decode(stored["cases"])),
            lab_checks.decode(stored["right"]),
            strict=True,
        )
    )

    def by_heart(*sizes):
        return known.get(sizes, 0)

    assert lab_checks.verdict(stored, by_heart)[0]
    earned = lab_help.points("lab1", "1.5", {"count_parameters": by_heart, "np": np})
    assert all(e == 0 for e, _ in earned)


def test_a_check_prints_remembers_and_raises_only_while_nbgrader_validates(capsys, monkeypatch):
    checks.check("lab1.5", lambda *_: ...)
    checks.check("lab1.5", lambda *_: 1)
    checks.check("lab1.5", lab_help.solved("lab1")["count_parameters"])
    said = " ".join(capsys.readouterr().out.split())  # it wraps at words
    unfilled, wrong, right = said.split("lab1.5 count the parameters: ")[1:]
    assert unfilled.strip() == NOT_YET
    assert "same in every case" in wrong
    assert right.startswith("right, 3 of 3 cases.")
    assert "lab1.5" in checks.progress.done()
    monkeypatch.setenv("NBGRADER_VALIDATING", "1")
    with pytest.raises(AssertionError, match="lab1.5 count the parameters: 0 of 3"):
        checks.check("lab1.5", lambda *_: 1)
    with pytest.raises(AssertionError, match="not yet"):
        checks.check("lab1.5", lambda *_: None)
    checks.check("lab1.5", lab_help.solved("lab1")["count_parameters"])
    with pytest.raises(ValueError, match="'lab1.9'; give one of lab1.1"):
        checks.check("lab1.9", 1)
    with pytest.raises(ValueError, match="'lab9.1'; give one of none"):
        checks.check("lab9.1", 1)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda s, r: 1 / 0, "case 1 raised ZeroDivisionError"),
        (lambda s, r: np.where(r, s, 0), r"shape \(4, 4\), it should be \(4,\)"),
        (lambda s, r: "mean", "no number or array"),
        (lambda s, r: s.sum(0) * np.nan, "NaN"),
        (lambda s, r: s.__setitem__(0, 0) or s.sum(0), "changed its arguments"),
        (lambda s: s, r"takes \(s\); here it gets 2 arguments"),
        (lambda s, r: r, "no number"),
        (lambda s, r: {"mean": s.sum(0)}, "a dict of mean; give an array of shape"),
        (3.0, "give the function itself, without brackets"),
    ],
)
def test_what_a_broken_answer_is_told(answer, said):
    is_right, message = lab_checks.verdict(progress.exercises("lab2")["lab2.3"], answer)
    assert not is_right
    assert re.search(said, message), message


def test_the_quiz_explains_every_answer():
    from siamese_lib.checks.quiz import questions, quiz

    assert len(questions()) >= 15
    for question in questions():
        texts, reasons = zip(*question["answers"], strict=True)
        assert 3 <= len(set(texts)) == len(texts)
        assert len(set(reasons)) == len(reasons)
        assert all(len(reason) > 15 for reason in reasons)
        assert 0 <= question["right"] < len(texts)
    assert {question["right"] for question in questions()} == {0, 1, 2, 3}
    assert quiz().questions == questions()
    assert "http" not in quiz()._esm


def test_the_quiz_names_the_notebooks_that_it_asks_about():
    from siamese_lib.checks.quiz import questions

    (script,) = [path for path in MASTERS if "quiz" in path.name]
    named = re.findall(r"\]\(\.\./(\d\d)_\w+\.ipynb\)", script.read_text(encoding="utf-8"))
    assert named == sorted({question["notebook"] for question in questions()})


def test_masters_are_percent_scripts_that_nbgrader_reads():
    for script in MASTERS:
        notebook = jupytext.read(script)
        ids = [
            c.metadata["nbgrader"]["grade_id"] for c in notebook.cells if "nbgrader" in c.metadata
        ]
        assert len(set(ids)) == len(ids)
        for cell, after in zip(notebook.cells, notebook.cells[1:], strict=False):
            if cell.metadata.get("nbgrader", {}).get("solution"):
                assert after.metadata["nbgrader"]["grade"]
