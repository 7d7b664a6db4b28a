"""Grade a folder or zip of submissions.

Usage: python -m instructor.grading.grade SUBMISSIONS [--out graded] [--due 2026-05-01T23:59]
           [--labs lab2 lab3] [--cores N] [--unsafe]

Writes grades.csv, summary.html, feedback/LEARNER/LAB.html and the nbgrader course in OUT. Run it
again after a crash, or with more submissions: it grades only what is new or has changed.
"""

# ruff: noqa: E402 - elsewhere than on Linux it ends before it imports what needs that
import argparse
import hashlib
import json
import os
import secrets
import shutil
import sys
from pathlib import Path

from instructor.grading import sandbox

if __name__ == "__main__":
    try:
        sandbox.require_linux()
    except RuntimeError as error:
        sys.exit(f"grade: {error}")

import nbformat
from tqdm import tqdm

from instructor.grading import course, dates, intake, report, submissions
from instructor.grading.box import build_box
from instructor.grading.choosing import by_lab, choose, missing
from instructor.grading.pool import grade_all
from instructor.labs.find import LABS, find_labs

ROOT = Path(__file__).resolve().parents[2]
GRADING = ROOT / "instructor" / "grading"
SHARED = ROOT / "instructor" / "labs"


def main(arguments=None):
    options = _options(arguments)
    try:
        grade(options)
    except (ValueError, RuntimeError, BlockingIOError) as error:
        sys.exit(f"grade: {error}")


def grade(options):
    """Grades all that is new, then writes the tables from all results."""
    sandbox.require_linux()
    if not options.unsafe:
        sandbox.require_sandbox()
    sys.path[:0] = options.path
    labs = {lab.name: lab for lab in find_labs(options.package) if lab.points}
    due = dates.due_dates(options.due, labs)
    out = Path(options.out).resolve()
    lock = _only_run(out)  # noqa: F841 - held until the end
    settings = _settings(out, options)
    for lab in labs.values():
        _assign(out, lab)
    rows, jobs = _take_in(out, labs, options, settings, due)
    _grade_new(out, jobs, settings, options)
    _write(out, labs, rows)


def _only_run(out):
    """OUT's lock. Raises RuntimeError where another run has it."""
    import fcntl  # not there on Windows, where this module is still imported

    out.mkdir(parents=True, exist_ok=True)
    lock = (out / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RuntimeError(f"another run is grading into {out}") from error
    return lock


def _options(arguments):
    parser = argparse.ArgumentParser(prog="grade", description=__doc__.split("\n")[0])
    parser.add_argument("submissions")
    parser.add_argument("--out", default="graded")
    parser.add_argument("--due", nargs="*", default=[], help="a date, or lab2=DATE lab3=DATE")
    parser.add_argument("--labs", nargs="*", default=[], help="labs that everybody owes")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parser.add_argument("--cores", type=int, default=cores)
    parser.add_argument(
        "--boxes", help="where the packages of the sandbox lie, for several courses"
    )
    parser.add_argument("--unsafe", action="store_true", help="grade without a sandbox")
    parser.add_argument("--package", default=LABS, help=argparse.SUPPRESS)
    parser.add_argument("--path", nargs="*", default=[], help=argparse.SUPPRESS)
    parser.add_argument("--limits", type=json.loads, default={}, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _settings(out, options):
    """What the workers need to know; the secret is drawn once a course."""
    secret = out / "secret"
    if not secret.exists():
        report.write_text(secret, secrets.token_hex(32))
        secret.chmod(0o600)
    limits = sandbox.Limits(**options.limits)
    box = build_box(options.boxes or out / "boxes", ROOT / "siamese_lib")
    return {
        "box": str(box),
        "secret": secret.read_text(),
        "unsafe": options.unsafe,
        "limits": limits._asdict(),
    }


def _assign(out, lab):
    """Once for each state of a master."""
    mark = out / "course" / "assigned" / f"{lab.name}-{_hash(lab.master.read_bytes())}"
    if not mark.exists():
        (out / "course").mkdir(exist_ok=True)
        course.add_lab(out / "course", lab)
        report.write_text(mark, "")


def _take_in(out, labs, options, settings, due):
    """Reads everything handed in. Returns the rows of the CSV, and the jobs still to do."""
    learners, handed, others = _look(options.submissions, out)
    masters = {name: course.released(out / "course", lab) for name, lab in labs.items()}
    found = by_lab(handed, masters)
    owed = set(options.labs) or {name for _, name in found if name in labs}
    if unknown := owed - labs.keys():
        raise ValueError(f"there is no graded {sorted(unknown)}; there are {sorted(labs)}")
    print(f"{len(learners)} learners, {len(handed)} notebooks", flush=True)
    states = {name: _state(lab, settings) for name, lab in labs.items()}
    rows, jobs = [], []
    for learner in learners:
        for name in sorted(owed):
            lab, files = labs[name], found.get((learner, name), [])
            row = {"learner": learner, "lab": name, "of": sum(lab.points.values())}
            if files:
                reason, notebook, note, time = choose(files, lab, masters[name])
            else:
                reason, notebook, note, time = missing(found, others, learner, name), None, "", None
            row["late_days"] = report.late_days(time, due.get(name, due.get("")))
            if notebook is None:
                row |= {"reason": reason, "scores": dict.fromkeys(lab.points, 0), "ungraded": True}
                page = report.plain_page(f"{learner}, {name}", reason)
                report.write_text(out / "feedback" / learner / f"{name}.html", page)
            else:
                key = _hash(intake.digest(notebook).encode(), states[name].encode())
                row |= {"result": str(out / "results" / f"{learner}--{name}.json"), "note": note}
                if _result(row).get("key") != key:
                    jobs.append(_job(out, lab, learner, notebook, key, row["result"]))
            rows.append(row)
    return rows, jobs


def _look(place, out):
    """What was handed in, apart from what grading itself wrote there."""
    if Path(place).resolve() == out:
        raise ValueError(f"{place} is where the grades go; give another OUT")
    return submissions.look(place, [out])


def _job(out, lab, learner, notebook, key, result):
    place = out / "incoming" / f"{learner}--{lab.name}.ipynb"
    report.write_text(place, nbformat.writes(notebook))
    about = lab._asdict() | {"master": str(lab.master)}
    return {"learner": learner, "lab": about, "notebook": str(place), "key": key, "result": result}


def _grade_new(out, jobs, settings, options):
    start = {"course": str(out / "course"), "settings": settings, "path": options.path}
    seconds = 2 * settings["limits"]["total_seconds"] + 300
    with (out / "log.txt").open("a") as log:
        found = grade_all(jobs, start, cores=options.cores, seconds=seconds, log=log)
        for job, answer in tqdm(found, total=len(jobs), desc="grading", unit="notebook"):
            result = {"key": job["key"]}
            if answer is None:
                result["lost"] = "brought the grader down, so none of it counts"
            elif "failed" in answer:
                result = {"failed": answer["failed"][0]}  # no key: the next run tries again
            report.write_text(Path(job["result"]), json.dumps((answer or {}) | result))
            _copy_feedback(out, job, answer)


def _copy_feedback(out, job, answer):
    lab, learner = job["lab"], job["learner"]
    target = out / "feedback" / learner / f"{lab['name']}.html"
    page = out / "course" / "feedback" / learner / lab["name"] / f"{lab['notebook']}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    if answer and "failed" not in answer:
        shutil.copyfile(page, target)
    else:
        why = "This notebook could not be graded. Ask your instructor."
        report.write_text(target, report.plain_page(f"{learner}, {lab['name']}", why))


def _write(out, labs, rows):
    for row in rows:
        if "result" in row:
            row |= _graded(_result(row), labs[row["lab"]], row["note"])
    used = {row["lab"] for row in rows}
    exercises = [name for lab in labs.values() if lab.name in used for name in lab.points]
    report.write_text(out / "grades.csv", report.grades_csv(rows, exercises))
    text, page = report.summary(rows)
    report.write_text(out / "summary.html", page)
    print(f"{text}\n{out}: grades.csv, summary.html, feedback/")


def _graded(result, lab, note):
    """A result file -> scores and reason of its row."""
    if "scores" not in result:
        reason = result.get("lost") or f"could not be graded, run again: {result.get('failed')}"
        return {"scores": dict.fromkeys(lab.points, 0), "reason": reason, "ungraded": True}
    reasons = [note] if note else []
    for name, parts in result["exercises"].items():
        reasons += [f"{name} {p['title']}: {p['why']}" for p in parts if p["why"]]
    counted = dict.fromkeys(result["notes"])
    reason = "; ".join([*reasons, *counted])
    return {"scores": result["scores"], "reason": reason, "ungraded": False}


def _result(row):
    try:
        return json.loads(Path(row["result"]).read_text())
    except (OSError, ValueError):
        return {}


def _state(lab, settings):
    """Changes with all that decides about a grade in a lab, apart from what was handed in."""
    places = [GRADING.glob("*.py"), SHARED.glob("*.py"), lab.master.parent.iterdir()]
    files = sorted(path for place in places for path in place if path.is_file())
    return _hash(json.dumps(settings).encode(), *(path.read_bytes() for path in files))


def _hash(*pieces):
    words = hashlib.sha256()
    for piece in pieces:
        words.update(hashlib.sha256(piece).digest())
    return words.hexdigest()[:24]


if __name__ == "__main__":
    main()
