"""Why a learner's code failed, in words that are Python's or stand in the learner's own cells.

Whatever else an error says may hold hidden inputs, and would be read on a feedback page.
"""

import builtins
import re

LINE = re.compile(r"Cell In\[\d*\], line (\d+)")
COLOUR = re.compile(r"\x1b\[[\d;]*m")
MODULE = re.compile(r"No module named '([\w.]+)'")
LONGEST = 80


def known_error(name):
    """The name of an error of Python's own; a name that a learner made up could carry data."""
    known = getattr(builtins, str(name), None)
    is_error = isinstance(known, type) and issubclass(known, BaseException)
    return name if is_error else "an error"


def of_cell(content, source):
    """A kernel's reply to a cell that raised -> (what was raised, where; "" where nobody knows)."""
    what = f"raised {known_error(content.get('ename'))}"
    module = MODULE.search(str(content.get("evalue"))[:1000])
    if module and re.search(rf"\b{re.escape(module[1])}\b", source):
        what += f", there is no {module[1]} while grading"
    parts = list(content.get("traceback") or ())[:20]
    told = COLOUR.sub("", "\n".join(str(part)[:10_000] for part in parts))
    lines, found = source.splitlines(), LINE.search(told)
    number = int(found[1]) if found and len(found[1]) < 6 else 0
    is_there = 0 < number <= len(lines) and lines[number - 1].strip()
    return what, f"line {number}: {shown(lines[number - 1])}" if is_there else ""


def of_question(result, lines):
    """One result with an error -> the same. lines: those that the learner's cells have."""
    line = result.get("line")
    is_theirs = isinstance(line, str) and line.strip() in lines
    return f"raised {known_error(result['error'])}", f"in: {shown(line)}" if is_theirs else ""


def shown(line):
    """A line of code on one line of a page or table."""
    text = "".join(sign if sign.isprintable() else " " for sign in line.strip())
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."
