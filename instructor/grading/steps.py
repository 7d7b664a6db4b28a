"""Two steps of nbgrader's autograding: Ask puts the questions, Score judges the answers.

They take Execute's place in Autograde.autograde_preprocessors. A grade cell's own source is never
run; its only outputs are the points and the list of parts that Score writes.
"""

import hmac
import sys

import numpy as np
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict

from instructor.grading.intake import digest
from instructor.grading.kernel import Kernel
from instructor.grading.learner import Learner
from instructor.grading.sandbox import Limits
from instructor.labs.exercise import put
from instructor.labs.find import exercise_name, exercises


class Ask(NbGraderPreprocessor):
    """Runs the learner's cells in the sandbox and puts fresh questions at every grade cell."""

    settings = Dict(help="box, secret, slot, unsafe, exercises, limits").tag(config=True)

    def preprocess(self, nb, resources):
        known = exercises(self.settings["exercises"])
        limits = Limits(**self.settings["limits"])
        content = digest(nb)
        answers, notes = {}, []
        with Learner(lambda: self._kernel(limits), limits) as learner:
            for cell, seconds in _limited(nb.cells, known):
                if utils.is_grade(cell):
                    name = cell.metadata.nbgrader["grade_id"]
                    who = resources["nbgrader"]["student"]
                    draw = _Draw(self.settings["secret"], (who, name, content))
                    parts = known[exercise_name(name)].parts
                    answers[name] = [draw.ask(learner, part) for part in parts]
                elif cell.cell_type == "code":
                    cell.outputs, cell.execution_count = [], None
                    if reason := learner.run(cell.source, seconds):
                        notes.append(f"{_place(cell)} {reason}")
                        cell.outputs = [_said(f"This cell {reason}.\n")]
        resources["asked"] = {"answers": answers, "notes": notes}
        return nb, resources

    def _kernel(self, limits):
        chosen = {name: self.settings[name] for name in ("box", "slot", "unsafe")}
        return Kernel(limits=limits, **chosen)


class Score(NbGraderPreprocessor):
    """Judges what Ask brought home; leaves the points as each grade cell's result."""

    settings = Dict(help="exercises").tag(config=True)

    def preprocess(self, nb, resources):
        asked = resources.pop("asked")
        known = exercises(self.settings["exercises"])
        report = {"notes": asked["notes"], "exercises": {}}
        newer = _newer(nb.metadata.get("python"))
        for cell in nb.cells:
            if utils.is_grade(cell):
                name = exercise_name(cell.metadata.nbgrader["grade_id"])
                answers = asked["answers"][cell.metadata.nbgrader["grade_id"]]
                parts = [
                    judge(part, *answer)
                    for part, answer in zip(known[name].parts, answers, strict=True)
                ]
                report["exercises"][name] = parts
                points = min(round(sum(p["points"] for p in parts), 4), _worth(cell))
                is_short = bool(newer) and points < _worth(cell)
                report["notes"] += [newer] if is_short else []
                cell.outputs = [_result(points), _said(_listing(parts) + f"{newer}.\n" * is_short)]
        nb.metadata["grading"] = report
        return nb, resources


def _limited(cells, known):
    """(cell, its seconds): those of the exercise graded next; behind the last one the least.

    known: the lab's exercises by name.
    """
    seconds, found = min(exercise.cell_seconds for exercise in known.values()), []
    for cell in reversed(cells):
        if utils.is_grade(cell):
            seconds = known[exercise_name(cell.metadata.nbgrader["grade_id"])].cell_seconds
        found.append((cell, seconds))
    return reversed(found)


class _Draw:
    """Draws a part's cases from the course's secret, the learner and what was handed in."""

    def __init__(self, secret, words):
        self.secret, self.words = secret.encode(), words

    def ask(self, learner, part):
        text = "\n".join((*self.words, part.title))
        seed = hmac.digest(self.secret, text.encode(), "sha256")
        return put(part, np.random.default_rng(int.from_bytes(seed)),
                   lambda program, cases: learner.put(program, cases, part.seconds))  # fmt: skip


def judge(part, cases, answers):
    """One part's report: title, points of it earned, worth, and why not all."""
    shares, reasons = [], []
    for case, (answer, reason) in zip(cases, answers, strict=True):
        share = 0.0 if reason and answer is None else _share(part, case, answer)
        shares.append(share)
        reasons += [reason or "wrong answer"] if share < 1 else []
    share = float(part.combine(shares)) if shares else 0.0
    why = "" if share >= 1 else "; ".join(sorted(set(reasons)))
    earned = round(part.points * min(max(share, 0.0), 1.0), 4)
    return {"title": part.title, "points": earned, "worth": part.points, "why": why}


def _share(part, case, answer):
    try:
        share = float(part.judge(case, answer))
    except Exception:  # an answer that its judge cannot even read is a wrong one
        return 0.0
    return min(max(share, 0.0), 1.0) if np.isfinite(share) else 0.0


def _place(cell):
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return f"cell {name}" if utils.is_solution(cell) and name else "a cell"


def _worth(cell):
    return float(cell.metadata.nbgrader["points"])


def _result(points):
    return new_output("execute_result", {"text/plain": repr(float(points))}, execution_count=None)


def _listing(parts):
    lines = []
    for part in parts:
        why = f"  ({part['why']})" if part["why"] else ""
        lines.append(f"{part['points']:g} of {part['worth']:g}  {part['title']}{why}\n")
    return "".join(lines)


def _said(text):
    return new_output("stream", name="stdout", text=text)


def _newer(python):
    """A newer Python than the grader's, by name: it reads what this one cannot."""
    ours = ".".join(map(str, sys.version_info[:2]))
    said = f"the notebook was written with Python {python}, and grading runs {ours}"
    return said if python else ""
