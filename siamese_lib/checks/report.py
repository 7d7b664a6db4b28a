"""How a finding is shown: words that wrap at any width, and the case as code."""

import html
import textwrap
from collections.abc import Sequence

from siamese_lib.checks.judge import Finding

WIDTH = 76
COLOURS = {True: "#0072b2", False: "#d55e00", None: "#888888"}  # right, wrong, not yet
BOX = (
    '<div class="siamese-check" style="max-width: 46em; margin: 0.3em 0; padding-left: 0.7em; '
    'border-left: 4px solid {}; word-break: normal; overflow-wrap: anywhere">{}</div>'
)
CODE = (
    '<pre style="margin: 0.4em 0; padding: 0; overflow-x: auto; white-space: pre; '
    'word-break: normal; overflow-wrap: normal">{}</pre>'
)


class Report:
    """What check() shows: as HTML in a notebook, as text in a terminal.

    is_right: None for "not yet". blocks: pairs of a kind, "words" or "code", and a text.
    """

    def __init__(self, is_right: bool | None, blocks: Sequence[tuple[str, str]]) -> None:
        self.is_right, self.blocks = is_right, [block for block in blocks if block[1]]

    def __repr__(self):
        return "\n".join(_plain(*block) for block in self.blocks)

    def _repr_html_(self):
        inner = "".join(_html(*block) for block in self.blocks)
        return BOX.format(COLOURS[self.is_right], inner)


def report(
    name: str, title: str, found: Finding, *, show_expected: bool = False, note: str = ""
) -> Report:
    """The Report on a Finding about the exercise `name`; note: the last words on a wrong one."""
    case = f"Case {found.number}:" if found.number else ""
    head = " ".join(part for part in (f"{name} {title}:", found.done, case) if part)
    is_right = found.is_right if found.is_right or not found.said.startswith("not yet") else None
    if not found.number:
        head, said = f"{head} {found.said}", ""
    else:
        subject = "Your code " if found.said.startswith("raised") else ""
        said = subject + (found.said if subject else found.said[0].upper() + found.said[1:])
    expected = f"expected = {found.expected}" if show_expected and found.expected else ""
    code = [("code", lines) for lines in (found.case, found.given, expected)]
    last = note if is_right is False else ""
    return Report(is_right, [("words", head), *code, ("words", said), ("words", last)])


def _plain(kind, text):
    if kind == "code":
        return textwrap.indent(text, "    ")
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _html(kind, text):
    if kind == "code":
        return CODE.format(html.escape(text))
    return f"<div>{html.escape(text)}</div>"
