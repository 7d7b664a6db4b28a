"""A learner's notebook, run cell by cell: a cell that breaks its kernel costs that cell only."""

import secrets
import time
from pathlib import Path

from instructor.grading import causes, plain

HERE = Path(__file__).parent
HELPERS = (HERE / "plain.py").read_text() + (HERE / "asked.py").read_text()
# Names of its own, so that neither side's variables reach the other's.
QUESTION = """exec(compile({helpers!r}, "<question>", "exec"), _q := {{"get_ipython": get_ipython}})
_q["reply"](_q["answer_all"](globals(), {ask!r}, {texts!r}), {nonce!r}, {most})
del _q"""
MOST_RESTARTS = 4
MOST_TOLD = 10  # places of errors: which line it was may depend on a hidden input
AT_MOST = 2  # times the notebook's seconds may pass on the clock, however long it waits for a core
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
        self.lines, self.told = set(), set()
        self.begun, self.spent = time.monotonic(), 0.0

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self._drop()

    def run(self, source, seconds):
        """Runs one cell. Returns None, or in words why it did not end well."""
        self.lines |= {line.strip() for line in source.splitlines()} - {""}
        done = self._execute(source, seconds)
        if done in ("ok", "error"):
            self.finished.append((source, seconds))
        if done == "ok":
            return None
        return self._tell(*causes.of_cell(self.content, source)) if done == "error" else WORDS[done]

    def ask(self, part, cases):
        """(answer, reason) for each case: the reason says why an answer is None."""
        return self.put(part.ask, cases, part.seconds)

    def put(self, program, cases, seconds):
        """The same for a program of its own."""
        if not cases:
            return []
        nonce = secrets.token_hex(16)
        question = QUESTION.format(
            helpers=HELPERS,
            ask=program,
            texts=[plain.dumps(case) for case in cases],
            nonce=nonce,
            most=self.limits.reply << 19,  # characters: half of what the wall lets through
        )
        done = self._execute(question, seconds)
        if done not in ("ok", "error"):
            return [(None, WORDS[done])] * len(cases)
        return self._answers(nonce, len(cases))

    def _execute(self, code, seconds):
        """How it ended; self.content is the kernel's reply."""
        self.content = {}
        if not self._has_kernel():
            return "spent"
        left = self._left()
        done = self.kernel.execute(code, min(seconds, left), left)
        self.content = done.content
        return done.how

    def _left(self):
        """Seconds that the notebook has left. Waiting for a core costs none, up to a point."""
        spent = self.spent + (self.kernel.spent() if self.kernel else 0)
        clock = time.monotonic() - self.begun
        return min(self.limits.total_seconds - spent, AT_MOST * self.limits.total_seconds - clock)

    def _has_kernel(self):
        """A kernel that has run all cells that ended by themselves, starting one where needed."""
        while not (self.kernel and self.kernel.is_alive()):
            self._drop()
            if self.starts > MOST_RESTARTS or self._left() <= 0:
                return False
            self.starts += 1
            self.kernel = self.start()
            for source, seconds in self.finished:
                left = self._left()
                if left > 0 and self.kernel.is_alive():
                    self.kernel.execute(source, min(seconds, left), left)
        return self._left() > 0

    def _drop(self):
        if self.kernel:
            self.kernel.close()
            self.spent, self.kernel = self.spent + self.kernel.spent(), None

    def _answers(self, nonce, count):
        """Reads the reply with distrust: plain data for every case, or no answer at all."""
        try:
            (letter,) = [p for p in self.content.get("payload", ()) if p.get("nonce") == nonce]
            results = letter["results"]
            if len(results) != count:
                raise ValueError
            return [self._answer(result) for result in results]
        except Exception:
            return [(None, "gave no answer")] * count

    def _answer(self, result):
        if result.get("error") == "TooLarge":
            return None, "gave an answer that is too large"
        if "error" in result:
            return None, self._tell(*causes.of_question(result, self.lines))
        try:
            value = plain.loads(result["answer"])
        except (ValueError, TypeError):
            return None, "gave an answer that is no plain value"
        return value, None if value is not None else "gave None"

    def _tell(self, what, where):
        """What happened and where; after MOST_TOLD different places only what happened."""
        if where and (where in self.told or len(self.told) < MOST_TOLD):
            self.told.add(where)
            return f"{what} ({where})"
        return what
