"""Time and peak memory of every notebook: on all cores, and as on Binder (one core, 2 GB).

Usage: python -m benchmarks.cost.notebooks [--binder | --tests]
Writes siamese_lib/data/results/notebooks.json. --binder keeps to one core and puts itself and its
kernels into a memory cgroup of 2 GB (needs root); a kernel that wants more is killed, and that is
written down. --tests times the test suite too.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import ROOT, describe, stopwatch, store, stored
from tools import notebooks as runner

BINDER_BYTES = 2 * 2**30


def become_binder():
    """One core and 2 GB for this process and all that it starts."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    old = Path("/sys/fs/cgroup/memory")
    root, limit = (old, "memory.limit_in_bytes") if old.exists() else (old.parent, "memory.max")
    group = root / "siamese_binder"
    group.mkdir(exist_ok=True)
    (group / limit).write_text(str(BINDER_BYTES))
    (group / "cgroup.procs").write_text(str(os.getpid()))


def measure():
    """Execute each notebook afresh, one after the other."""
    result = {"machine": describe(), "notebooks": {}}
    for script in runner.scripts():
        took = stopwatch()
        try:
            seconds, peak = runner.execute(runner.read(script))
            found = {"seconds": round(seconds, 1), "peak_mb": round(peak)}
        except Exception as error:  # a killed kernel must not hide the other notebooks
            found = {"seconds": round(took()[0], 1), "failed": str(error)[:200]}
        result["notebooks"][script.stem] = found
        print(f"{script.stem:28} {found}", flush=True)
    total = sum(entry["seconds"] for entry in result["notebooks"].values())
    result["total_seconds"] = round(total, 1)
    print(f"{'all notebooks':28} {total:6.1f} s")
    return result


def test_suite():
    """Seconds and exit status of the tests."""
    took = stopwatch()
    done = subprocess.run([sys.executable, "-m", "pytest"], cwd=ROOT, check=False)
    return {"seconds": round(took()[0]), "exit": done.returncode}


def main(arguments):
    """The notebooks, and what else is asked for; the other entries stay."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost.notebooks")
    parser.add_argument("--binder", action="store_true")
    parser.add_argument("--tests", action="store_true")
    options = parser.parse_args(arguments)
    if options.binder:
        become_binder()
    found = measure()
    result = stored("notebooks") | ({"binder": found} if options.binder else found)
    if options.tests:
        result["tests"] = test_suite()
    store("notebooks", result)


if __name__ == "__main__":
    main(sys.argv[1:])
