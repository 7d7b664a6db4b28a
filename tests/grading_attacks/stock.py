"""Grades submissions with nbgrader as it comes, to show that the attacks work on it.

Usage: python stock.py COURSE JOBS.json RESULTS.json      JOBS: learner -> notebook as text
"""

import json
import sys
import warnings
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

# As teachers write them. jax and siamese_lib are used where the attack has loaded them: loading
# them for every attack would take minutes.
TESTS = {
    "check-97-1": """values, weights = np.array([1.0, 2.0, 6.0]), np.array([1.0, 1.0, 2.0])
expected = 3.75
assert np.isclose(weighted_mean(values, weights), expected)""",
    "check-97-2": """import sys
allclose = sys.modules["jax.numpy"].allclose if "jax" in sys.modules else np.allclose
rows = np.array([[3.0, 4.0], [4.0, 3.0]])
assert allclose(np.asarray(cosines(rows)), np.array([[1.0, 0.96], [0.96, 1.0]]))""",
    "check-97-3": """assert "siamese_lib" in sys.modules
from siamese_lib.checks import Exercise, verdict
right, _ = verdict(Exercise("97.1", lambda v, w: 1.0, (([1.0], [2.0]),)), weighted_mean)
assert right""",
    "check-97-4": "assert weighted_mean(values, weights) == 3.75",
}
SOLUTION = """def weighted_mean(values, weights):
    ### BEGIN SOLUTION
    return (values * weights).sum() / weights.sum()
    ### END SOLUTION"""


def master():
    """The tests' lab with asserts in its grade cells, as an nbgrader course has it."""
    cells = [_cell("setup", "import numpy as np", False), _cell("ex-97-1", SOLUTION, True)]
    for grade_id, source in TESTS.items():
        cells.append(_cell(grade_id, source, False, 5))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


def _cell(grade_id, source, is_solution, points=None):
    about = {"grade": points is not None, "grade_id": grade_id, "locked": not is_solution}
    about |= {"schema_version": 3, "solution": is_solution, "task": False, "cell_type": "code"}
    about |= {"points": points} if points is not None else {}
    return new_code_cell(source, metadata={"nbgrader": about})


def main(place, jobs, results):
    warnings.simplefilter("ignore")
    course = Path(place)
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.db_url = f"sqlite:///{course}/gradebook.db"
    config.NbGraderAPI.log_level = "CRITICAL"
    config.Execute.timeout = 300  # none of them loops, and a machine may be slow
    api = NbGraderAPI(coursedir=CourseDirectory(config=config), config=config)
    (course / "source/lab97").mkdir(parents=True)
    nbformat.write(master(), course / "source/lab97/lab97_tiny.ipynb")
    assert api.generate_assignment("lab97")["success"]
    scores = {}
    for learner, text in json.loads(Path(jobs).read_text()).items():
        file = course / "submitted" / learner / "lab97" / "lab97_tiny.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.symlink_to(text[5:]) if text.startswith("LINK:") else file.write_text(text)
        done = api.autograde("lab97", learner)
        scores[learner] = _points(course, learner) if done["success"] else None
        Path(results).write_text(json.dumps(scores))


def _points(course, learner):
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        found = gradebook.find_submission_notebook("lab97_tiny", "lab97", learner)
        return {grade.name: grade.score + (grade.extra_credit or 0) for grade in found.grades}


if __name__ == "__main__":
    main(*sys.argv[1:])
