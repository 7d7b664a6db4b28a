"""Grades one notebook after another in a process of its own: jobs in, reports out, as lines.

Started by pool.py. If a submission brings it down all the same, the pool records that, and starts
another.
"""

import ctypes
import json
import os
import re
import signal
import sys
import warnings
from pathlib import Path

import nbformat

from instructor.grading.course import grade_notebook
from instructor.labs.find import Lab

MOST_MEMORY = 12 << 30  # address space: what no honest submission's answers come near


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever prints, prints into the log
    warnings.simplefilter("ignore")
    _die_with_parent()
    _limit_memory()
    start = json.loads(sys.stdin.readline())
    sys.path[:0] = start["path"]
    for line in sys.stdin:
        answers.write(json.dumps(_grade(json.loads(line), start)) + "\n")
        answers.flush()


def _grade(job, start):
    lab = Lab(**job["lab"])
    place = Path(job["notebook"])
    try:
        notebook = nbformat.read(place, as_version=4)
        return grade_notebook(start["course"], lab, job["learner"], notebook, start["settings"])
    except Exception as error:
        print(f"{job['learner']} {lab.name}:\n{error}", file=sys.stderr, flush=True)
        return {"failed": [_reason(str(error)) or type(error).__name__]}


def _reason(log):
    """The error that a log of nbgrader's tells of: it ends with "see the above traceback"."""
    lines = log.strip().splitlines()
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception): ", line)]
    return (named or lines or [""])[-1]


def _limit_memory():
    import resource  # not there on Windows, where this module is still imported

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _die_with_parent():
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG; the sandbox dies with us


if __name__ == "__main__":
    main()
