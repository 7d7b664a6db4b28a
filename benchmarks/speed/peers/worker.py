"""One competitor: builds a task, waits, then runs it as often as it is told and says how long.

Usage: python worker.py MODULE TASK FOLDER        FOLDER holds what speed.py wrote
Each line of its input is a number of runs; it answers with their seconds and its peak memory, MB.
"""

import importlib
import re
import sys
import time
from pathlib import Path


def main(module, task, folder):
    """Build the task, run it twice so that nothing is left to compile, then obey."""
    begun = time.perf_counter()
    run = importlib.import_module(module).TASKS[task](folder)
    run()
    print(time.perf_counter() - begun, flush=True)
    run()
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            run()
        seconds = time.perf_counter() - start
        # Not ru_maxrss, which a process takes over from the one that started it.
        peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
        print(seconds, int(peak) // 1024, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
