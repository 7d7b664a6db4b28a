"""How long a notebook takes to study, by counting: the minutes in its head and on the map.

Usage: python tools/study_time.py            print the minutes of each notebook, and how they add up
       python tools/study_time.py write      write them into the heads, README.md and the map in 00

Reading goes at 150 words a minute, code at twelve lines a minute, an exercise takes six minutes.
How long the cells run is measured apart (python -m benchmarks.cost.notebooks).
"""

import re
import sys
from pathlib import Path

import jupytext

ROOT = Path(__file__).resolve().parent.parent
WORDS, LINES, EXERCISE = 150, 12, 6  # words and lines a minute, minutes an exercise
MAPS = ("README.md", "instructor/learners/README.md", "notebooks/scripts/00_start_here.py")
_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_HEAD = re.compile(r"(Time: about )\d+( minutes)")


def counted(script):
    """(words read, lines of code read, exercises) of a percent script; solutions are folded."""
    cells = jupytext.read(script).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    exercises = len(_FOLDED.findall(text))  # each has its solution folded away
    text = _FOLDED.sub("", text).partition("### References")[0]
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    lines = [line for source in code for line in source.splitlines() if _is_read(line)]
    return len(re.findall(r"\w[\w'.,]*", text)), len(lines), exercises


def _is_read(line):
    return line.strip() and not line.startswith(("import ", "from "))


def minutes(script):
    """Minutes to study it, to the nearest five."""
    words, lines, exercises = counted(script)
    return 5 * round((words / WORDS + lines / LINES + EXERCISE * exercises) / 5)


def scripts():
    return sorted((ROOT / "notebooks" / "scripts").glob("[0-9][0-9]_*.py"))


def write():
    """Put the minutes where readers see them."""
    for script in scripts():
        text, found = script.read_text(encoding="utf-8"), minutes(script)
        script.write_text(_HEAD.sub(rf"\g<1>{found}\2", text, count=1), encoding="utf-8")
    for name in MAPS:
        text = (ROOT / name).read_text(encoding="utf-8")
        for script in scripts():
            row = rf"^((?:# )?\|[^|]*\b{script.stem[:2]}[ _][^|]*\|[^|]*\| )\d+( \|)$"
            text = re.sub(row, rf"\g<1>{minutes(script)}\2", text, flags=re.MULTILINE)
        (ROOT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write()
    for script in scripts():
        words, lines, exercises = counted(script)
        print(f"{script.stem:26} {words:5} words, {lines:4} lines, {exercises} exercises: "
              f"{minutes(script):3} minutes")  # fmt: skip
