"""Time and peak memory of every notebook, and the time of the whole test suite.

Usage: python benchmarks/notebooks.py            writes benchmarks/results/notebooks.json
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from machine import describe

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import notebooks as runner  # noqa: E402


def measure():
    """Execute each notebook afresh, one after the other, then the test suite."""
    result = {"machine": describe(), "notebooks": {}}
    for script in runner.scripts():
        seconds, peak = runner.execute(runner.read(script))
        result["notebooks"][script.stem] = {"seconds": round(seconds, 1), "peak_mb": round(peak)}
        print(f"{script.stem:28} {seconds:6.1f} s {peak:6.0f} MB", flush=True)
    total = sum(entry["seconds"] for entry in result["notebooks"].values())
    result["total_seconds"] = round(total, 1)
    print(f"{'all notebooks':28} {total:6.1f} s")
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "pytest"], cwd=ROOT, check=False)
    result["tests"] = {"seconds": round(time.perf_counter() - start), "exit": done.returncode}
    print(f"{'make test':28} {result['tests']['seconds']:6.0f} s, exit {done.returncode}")
    return result


if __name__ == "__main__":
    target = ROOT / "benchmarks" / "results" / "notebooks.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(measure(), indent=1) + "\n")
