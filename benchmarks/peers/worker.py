"""One competitor, waiting: builds a task, then runs it as often as it is told, and says how long.

Usage: python worker.py MODULE TASK FOLDER        FOLDER holds the inputs that speed.py wrote
Reads a number of runs a line, writes the seconds they took; at the end of its input it stops.
"""

import importlib
import resource
import sys
import time


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
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(time.perf_counter() - start, round(peak), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
