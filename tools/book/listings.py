"""Code and printed output on paper: long lines turn where a mark says so, none is cut."""

import html
import re

from pygments.lexers import PythonLexer
from pygments.token import Token

# (columns that fit, the class that sets such type in book.css): the largest type in which all fit.
# A line of code turns rather than be tiny; a table that was printed would lose its columns.
SIZES = {
    "code": ((92, ""), (104, "small")),
    "output": ((92, ""), (104, "small"), (118, "smaller")),
}
SHORT = 14  # lines that stay on one page
MARK = "\u21aa"  # before what is left of a line that turned
TURN = f'<span class="turn">{MARK} </span>'
_CLASSES = (
    (Token.Comment, "comment"), (Token.Literal.String, "string"), (Token.Keyword, "keyword"),
    (Token.Operator.Word, "keyword"), (Token.Literal.Number, "number"),
)  # fmt: skip


def listing(text, kind):
    """A <pre> of kind "code", whose Python is coloured, or "output"."""
    text = re.sub(r"\n{3,}", "\n\n", text.expandtabs().rstrip())
    lines = text.splitlines()
    longest = max(map(len, lines), default=0)
    columns, size = next((known for known in SIZES[kind] if longest <= known[0]), SIZES[kind][-1])
    turns = set(_turns(lines, columns))
    tokens = PythonLexer(stripnl=False).get_tokens(text) if kind == "code" else [(Token, text)]
    short = "short" if len(lines) <= SHORT else ""
    classes = " ".join(filter(None, (kind, size, short)))
    return f'<pre class="{classes}">{"".join(_coloured(tokens, turns)).rstrip()}</pre>'


def _turns(lines, columns):
    """Places in the text at which a line that is too long goes on in the next one."""
    start = 0
    for line in lines:
        at = 0
        while len(line) - at > columns - 2 * bool(at):
            room = columns - 2 * bool(at)
            indent = len(line) - len(line.lstrip())
            space = line.rfind(" ", max(at, indent) + room // 2, at + room + 1)
            at = space + 1 if space > 0 else at + room
            yield start + at
        start += len(line) + 1


def _coloured(tokens, turns):
    place = 0
    for kind, value in tokens:
        pieces = []
        for letter in re.findall(r".", value, re.DOTALL):
            if place in turns:
                pieces.append("\n" + TURN)
            pieces.append(html.escape(letter))
            place += 1
        text = "".join(pieces)
        name = next((name for parent, name in _CLASSES if kind in parent), None)
        yield f'<span class="{name}">{text}</span>' if name else text
