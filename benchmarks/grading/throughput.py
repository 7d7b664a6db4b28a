"""Grade generated submissions in one run: seconds a notebook and core, and peak memory.

Usage: python -m benchmarks.grading.throughput [LEARNERS]
Writes benchmarks/grading/results/throughput.json. Without LEARNERS 40 of them, each with every
graded lab: 200 notebooks of five labs.

Needs instructor/requirements.txt and bubblewrap. Of each ten learners three hand in the
solutions, three every other exercise, one the labs untouched, two an error in every exercise, and
one a first exercise of each lab that loops for ever. Such a loop costs its cell's limit of
computing, 30 seconds.
"""

import contextlib
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import psutil

from benchmarks.grading import RESULTS
from benchmarks.measure import ROOT, describe, stopwatch, store
from instructor.labs.find import find_labs, read_master

KINDS = ("whole", "half", "untouched", "errors", "whole", "half", "whole", "half", "errors", "loop")
SOURCES = {"untouched": "...", "errors": "1 / 0", "loop": "while True:\n    pass"}


def hand_in(folder, lab, kind):
    """One notebook of this kind. A different comment in each, so that no two are the same."""
    book = read_master(lab.master)
    solutions = [c for c in book.cells if c.metadata.get("nbgrader", {}).get("solution")]
    chosen = {"whole": [], "half": solutions[1::2], "loop": solutions[:1]}.get(kind, solutions)
    for cell in chosen:
        cell.source = SOURCES.get(kind, "...")
    book.cells[-1].source += f"\n# {folder.name}"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, folder / f"{lab.notebook}.ipynb")


def measure(learners):
    """Grades, checks what came out, and returns what it took."""
    labs = [lab for lab in find_labs() if lab.points]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        for number in range(learners):
            kind = KINDS[number % len(KINDS)]
            for lab in labs:
                hand_in(Path(folder, "handed", f"{kind}-{number:03d}"), lab, kind)
        Path(folder, "nobody", "x").mkdir(parents=True)
        grade(Path(folder, "nobody"), out)  # the box and the course, once a course
        seconds, peak = grade(Path(folder, "handed"), out)
        counts = check(out / "grades.csv")
    cores = len(os.sched_getaffinity(0))
    return {
        "machine": describe(),
        "notebooks": learners * len(labs),
        "labs": [lab.name for lab in labs],
        "seconds": round(seconds, 1),
        "seconds_a_notebook_and_core": round(seconds * cores / (learners * len(labs)), 2),
        "peak_mb": round(peak / 2**20),
        "mean_share_of_points": counts,
    }


def grade(handed, out):
    """(seconds, bytes at the peak: grader, workers and sandboxes together, shared pages once)."""
    words = [sys.executable, "-m", "instructor.grading.grade", handed, "--out", out]
    took, peak = stopwatch(), 0
    run = subprocess.Popen([str(word) for word in words], cwd=ROOT)
    while run.poll() is None:
        peak = max(peak, memory(run.pid))
        time.sleep(0.5)
    if run.returncode:
        sys.exit(run.returncode)
    return took()[0], peak


def memory(top):
    total = 0
    with contextlib.suppress(psutil.Error):
        for process in (psutil.Process(top), *psutil.Process(top).children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += process.memory_full_info().pss
    return total


def check(table):
    """Mean share of the points of each kind: whole ones earn all, untouched ones nothing."""
    with table.open() as file:
        rows = [row for row in csv.DictReader(file) if row["learner"] != "x"]
    shares = {
        kind: [float(r["points"]) / float(r["of"]) for r in rows if r["learner"].startswith(kind)]
        for kind in sorted(set(KINDS))
    }
    means = {kind: round(sum(s) / len(s), 3) for kind, s in shares.items() if s}
    if means["whole"] != 1 or means["untouched"] != 0:
        sys.exit(f"benchmark: the grades are wrong: {means}")
    return means


def main(learners=40):
    result = measure(int(learners))
    print(json.dumps(result, indent=1))
    store("throughput", result, RESULTS)


if __name__ == "__main__":
    main(*sys.argv[1:])
