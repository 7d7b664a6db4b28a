"""Runs as many workers as there are cores, and replaces one that is lost or takes too long."""

import json
import queue
import select
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def grade_all(jobs, start, *, cores, seconds, log):
    """Yields (job, report) as they come, in any order; report is None where a worker was lost.

    start: what a worker is told first. seconds: after which a worker is given up.
    log: an open file for what workers print.
    """
    waiting, done = queue.SimpleQueue(), queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    for slot in range(min(cores, len(jobs))):
        own = start | {"settings": start["settings"] | {"slot": slot}}
        threading.Thread(
            target=_serve, args=(waiting, done, own, seconds, log), daemon=True
        ).start()
    for _ in jobs:
        yield done.get()


def _serve(waiting, done, start, seconds, log):
    worker = None
    while True:
        try:
            job = waiting.get_nowait()
        except queue.Empty:
            break
        worker = worker or _start(start, log)
        report = _ask(worker, job, seconds)
        if report is None:
            worker.kill()
            worker.wait()
            worker = None
        done.put((job, report))
    if worker:
        worker.stdin.close()
        worker.wait()


def _start(start, log):
    worker = subprocess.Popen(
        [sys.executable, "-m", "instructor.grading.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=ROOT,
    )  # fmt: skip
    worker.stdin.write(json.dumps(start) + "\n")
    return worker


def _ask(worker, job, seconds):
    try:
        worker.stdin.write(json.dumps(job) + "\n")
        worker.stdin.flush()
        if not select.select([worker.stdout], [], [], seconds)[0]:
            return None
        line = worker.stdout.readline()
        return json.loads(line) if line else None
    except (OSError, ValueError):  # gone, or gone in the middle of a line
        return None
