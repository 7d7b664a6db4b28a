"""Sums that a text carries out: every equation between numbers, worked out again.

An equation is arithmetic on both sides of a "=": numbers, + - x * / ^, brackets, roots, ln, exp,
max and min, written plainly or in TeX. "L1 = -0.133 + 0.4 + 0.25 = 0.517" is one from -0.133 on;
"margin = 0.25" is none, and neither is a side with letters in it, as in "x + 2 = 3".
"""

import ast
import math
import re

from prose.tokens import numbers

_PLAIN = [
    (r"\*+([^\W\d][^*\n]*)\*+", r"\1"),  # emphasis
    (r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))"), (r"\\sqrt\{([^{}]*)\}", r" sqrt(\1)"),
    (r"\\sqrt ?(\d+)", r" sqrt(\1)"), (r"(\d?) ?\\pi\b", r"\1 * pi"),
    (r"\\(?:cdot|times)\b", "*"), (r"\\(ln|exp|max|min)\b", r" \1 "),
    (r"\\(?:left|right|,|;|!)", " "), (r"[{}$]", " "), ("−", "-"), ("[×·]", "*"),
    ("²", "**2"), ("³", "**3"), (r"\^", "**"),
    (r"√ ?(\d[\d.]*)", r"sqrt(\1)"), (r"\bln (\d[\d.]*\b)", r"ln(\1)"), (r"\bln\b", "log"),
    (r"(?<=\d),(?=\d{3}\b)", ""), (r"(?<=[\d)])\s?x\s?(?=[\d(.]|sqrt)", "*"),
]  # fmt: skip
_TOKEN = re.compile(r"[^\W\d]\w*|(?:(?<=[\s(])-|^-)?(?:\d+(?:\.\d+)?(?:e-?\d+)?|\.\d+)|\*\*|\S")
_ARITHMETIC = re.compile(r"-?\d.*|-?\.\d+|\*\*|[-+*/(),]|log|sqrt|exp|max|min|pi")
_OPERATORS = {"+", "-", "*", "/", "**"}
_LETTER = re.compile(
    r"(?!a$)[^\W\d]\d?|cos|sin|\\\w*|\|"
)  # 2 cos(a), 2 x: what follows is not a number
_NAMES = {
    "log": math.log,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "max": max,
    "min": min,
    "pi": math.pi,
}
_ALONE = re.compile(r"-? ?[\d.]+(?:e-?\d+)?")


def equations(text):
    """(what it says, whether it is true, its two sides) of every equation of a text."""
    for before, after in _PLAIN:
        text = re.sub(before, after, text)
    for block in re.split(r"\n\s*\n|\n(?=- |\|)", text):
        sides = [_TOKEN.findall(side) for side in block.split("=")]
        for left, right in zip(sides, sides[1:], strict=False):
            a, b = _before(left), _after(right)
            if a and b and not (_ALONE.fullmatch(a) and _ALONE.fullmatch(b)):
                yield f"{a} = {b}", _agree(a, b), (a, b)


def _before(tokens):
    """The arithmetic that ends a list of tokens, as text; None where it holds more than numbers."""
    start = len(tokens)
    while start and _ARITHMETIC.fullmatch(tokens[start - 1]):
        start -= 1
    is_cut = start > 0 and tokens[start - 1] != "."
    for cut in range(start, len(tokens)):
        is_whole = cut > start and tokens[cut - 1] in ",(" or cut == start
        if is_whole and _value(tokens[cut:]) is not None:
            goes_on = cut == start and is_cut and tokens[cut] in _OPERATORS
            return None if goes_on else " ".join(tokens[cut:])
    return None


def _after(tokens):
    """The arithmetic that begins a list of tokens, likewise."""
    end = 0
    while end < len(tokens) and _ARITHMETIC.fullmatch(tokens[end]):
        end += 1
    for cut in range(end, 0, -1):
        follows = tokens[cut] if cut < len(tokens) else "."
        if _value(tokens[:cut]) is not None:
            goes_on = follows in _OPERATORS | {"("} or _LETTER.fullmatch(follows)
            return None if goes_on else " ".join(tokens[:cut])
    return None


def _value(tokens):
    text = " ".join(tokens)
    try:
        value = eval(
            compile(ast.parse(text, mode="eval"), "", "eval"), {"__builtins__": {}}, _NAMES
        )
    except (SyntaxError, TypeError, ValueError, ArithmeticError, NameError):
        return None
    return float(value) if isinstance(value, (int, float)) else None


def _agree(a, b):
    """Whether both sides are equal, a number alone to within its rounding."""
    alone = [next(numbers(text.replace("- ", "-"))) for text in (a, b) if _ALONE.fullmatch(text)]
    allowed = alone[0].half if alone else 0
    a, b = _value(a.split()), _value(b.split())
    return abs(a - b) <= allowed + 1e-9 * max(1, abs(a))
