"""No point for what a learner's kernel says of its own work: cheats that patch it, and honest work."""

import secrets

import grading_help
import lab_help
import pytest
from grading_attacks import claims
from grading_help import needs_sandbox

from instructor.grading import sandbox, steps
from instructor.grading.kernel import Kernel
from instructor.grading.learner import Learner

pytestmark = needs_sandbox()


@pytest.fixture(scope="module", name="box")
def _box():
    return grading_help.box()


def _points(box, lab, number, source):
    """Title -> (points, worth, why) of each part, asked as grading does."""
    limits = sandbox.Limits()
    draw = steps._Draw(secrets.token_hex(), ("ada", number, "x"))
    found = {}
    with Learner(lambda: Kernel(box, limits), limits) as learner:
        assert learner.run(claims.HEAD + source, 30) is None, learner.content
        for part in lab_help.parts(lab, number):
            report = steps.judge(part, *draw.ask(learner, part))
            found[part.title] = report["points"], report["worth"], report["why"]
    return found


@pytest.mark.parametrize("name", claims.CHEATS)
def test_a_claim_earns_nothing(name, box):
    lab, number, source, parts = claims.CHEATS[name]
    found = _points(box, lab, number, source)
    assert {title: found[title][0] for title in parts} == dict.fromkeys(parts, 0), found


@pytest.mark.parametrize(
    ("lab", "number"),
    [("lab1", "1.1"), ("lab1", "1.3"), ("lab1", "1.4"), ("lab5", "5.2"), ("lab7", "7.4")],
)
def test_the_solution_earns_all(lab, number, box):
    name = f"ex-{number.replace('.', '-')}"
    cells = [
        cell.source for cell in lab_help.code(lab_help.master(lab)) if cell.id in (name, "ex-1-1")
    ]
    found = _points(box, lab, number, "\n".join(cells))
    assert all(points == worth for points, worth, _ in found.values()), found
