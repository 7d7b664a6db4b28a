"""A learner's notebook, run cell by cell: a cell that breaks its kernel costs that cell only."""

import builtins
import secrets
import time
from pathlib import Path

from instructor.grading import plain

HERE = Path(__file__).parent
HELPERS = (HERE / "plain.py").read_text() + (HERE / "asked.py").read_text()
# Names of its own, so that neither side's variables reach the other's.
QUESTION = """exec(compile({helpers!r}, "<question>", "exec"), _q := {{"get_ipython": get_ipython}})
_q["reply"](_q["answer_all"](globals(), {ask!r}, {texts!r}), {nonce!r}, {most})
del _q"""
MOST_RESTARTS = 4
WORDS = {
    "time": "did not end within its time",
    "memory": "used too much memory",
    "disk": "wrote too much to the disk",
    "flood": "sent more than an answer may be",
    "gone": "stopped its kernel",
    "spent": "was not run: the notebook had used up its time or its restarts",
}


class Learner:
    """Runs cells and puts questions; starts a new kernel where one was lost.

    start: a function that gives a Kernel. limits: sandbox.Limits.
    """

    def __init__(self, start, limits):
        self.start, self.limits = start, limits
        self.kernel, self.starts, self.finished = None, 0, []
        self.deadline = time.monotonic() + limits.total_seconds

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        if self.kernel:
            self.kernel.close()

    def run(self, source, seconds):
        """Runs one cell. Returns None, or in words why it did not end well."""
        done = self._execute(source, seconds)
        if done in ("ok", "error"):
            self.finished.append((source, seconds))
        if done == "ok":
            return None
        return (
            f"raised {known_error(self.content.get('ename'))}" if done == "error" else WORDS[done]
        )

    def ask(self, part, cases):
        """One (answer, reason) a case; the answer is None where the reason says why."""
        nonce = secrets.token_hex(16)
        question = QUESTION.format(
            helpers=HELPERS,
            ask=part.ask,
            texts=[plain.dumps(case) for case in cases],
            nonce=nonce,
            most=self.limits.reply << 19,  # characters: half of what the wall lets through
        )
        done = self._execute(question, part.seconds)
        if done not in ("ok", "error"):
            return [(None, WORDS[done])] * len(cases)
        return _answers(self.content, nonce, len(cases))

    def _execute(self, code, seconds):
        """How it ended; self.content is the kernel's reply."""
        self.content = {}
        left = self.deadline - time.monotonic()
        if left <= 0 or not self._has_kernel():
            return "spent"
        done = self.kernel.execute(code, min(seconds, left))
        self.content = done.content
        return done.how

    def _has_kernel(self):
        """A kernel that has run all cells that ended by themselves, starting one where needed."""
        while not (self.kernel and self.kernel.is_alive()):
            if self.kernel:
                self.kernel.close()
                self.kernel = None
            if self.starts > MOST_RESTARTS or time.monotonic() > self.deadline:
                return False
            self.starts += 1
            self.kernel = self.start()
            for source, seconds in self.finished:
                if self.kernel.is_alive():
                    self.kernel.execute(source, seconds)
        return True


def known_error(name):
    """The name of an error of Python's own; a name that a learner made up could carry data."""
    known = getattr(builtins, str(name), None)
    is_error = isinstance(known, type) and issubclass(known, BaseException)
    return name if is_error else "an error"


def _answers(content, nonce, count):
    """Reads a reply as a stranger's letter: all or nothing, plain data only."""
    try:
        (letter,) = [p for p in content.get("payload", ()) if p.get("nonce") == nonce]
        results = letter["results"]
        if len(results) != count:
            raise ValueError
        return [_answer(result) for result in results]
    except Exception:
        return [(None, "gave no answer")] * count


def _answer(result):
    if result.get("error") == "TooLarge":
        return None, "gave an answer that is too large"
    if "error" in result:
        return None, f"raised {known_error(result['error'])}"
    try:
        value = plain.loads(result["answer"])
    except (ValueError, TypeError):
        return None, "gave an answer that is no plain value"
    return value, None if value is not None else "gave None"
