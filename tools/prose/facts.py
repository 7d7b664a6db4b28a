"""The numbers that outputs print and code sets: what a number in prose may rest on."""

import ast
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from prose.tokens import numbers, stems

_DRAWS = {name for name in (*dir(Axes), *dir(Figure)) if name[0] != "_"} - {"set"} | {"subplots"}
_LOOKS = {
    "axis",
    "figsize",
    "alpha",
    "lw",
    "fontsize",
    "keepdims",
    "ddof",
}  # keywords that give nothing
_FOLD = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b if b else None,
    ast.Pow: lambda a, b: a**b if abs(b) < 64 else None,
}


class Fact(NamedTuple):
    value: float
    unit: str
    about: frozenset  # stems of the words beside it
    line: object  # facts of one line, or of one statement, share it


def printed(text):
    """Facts of an output; the last line with no number above a number counts as its heading."""
    heading = set()
    for place, line in enumerate(text.splitlines()):
        found = list(numbers(line))
        if not found and line.strip():
            heading = stems(line)
        about = frozenset(stems(line) | heading)
        for number in found:
            yield Fact(number.value, number.unit, about, (hash(text), place))


def written(source):
    """Facts of code: the numbers in it and plain arithmetic on them, drawing left out."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for statement in ast.walk(tree):
        if isinstance(statement, ast.stmt) and not hasattr(statement, "body"):
            yield from _values(statement, frozenset(), (hash(source), statement.lineno))
        elif isinstance(statement, ast.FunctionDef):
            for name, default in _defaults(statement.args):
                yield from _values(default, stems(name.arg), (hash(source), statement.lineno))
        elif isinstance(statement, (ast.For, ast.With, ast.While, ast.If)):
            head = getattr(statement, "iter", None) or getattr(statement, "test", None)
            if head is not None:
                about = stems(ast.unparse(getattr(statement, "target", head)))
                yield from _values(head, about, (hash(source), statement.lineno))


def _defaults(arguments):
    """(argument, node of its default) of those that have one."""
    positional = arguments.args[len(arguments.args) - len(arguments.defaults) :]
    pairs = zip(
        (*positional, *arguments.kwonlyargs),
        (*arguments.defaults, *arguments.kw_defaults),
        strict=True,
    )
    return [(name, default) for name, default in pairs if default is not None]


def settings(source):
    """Facts of assignments to names in capitals: givens for the whole notebook."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).isupper():
            yield from _values(node, frozenset(), (hash(source), node.lineno))


def values_of(node):
    """All numbers under a node."""
    return [fact.value for fact in _values(node, frozenset(), None)]


def _values(node, about, line):
    if isinstance(node, ast.Assign):
        about = about | stems(" ".join(map(ast.unparse, node.targets)))
    if isinstance(node, ast.keyword):
        about = about | stems(node.arg or "")
    if isinstance(node, ast.Call):
        about = about | stems(ast.unparse(node.func))
    value = _fold(node)
    if value is not None:
        yield Fact(value, "", frozenset(about), line)
    for child in ast.iter_child_nodes(node):
        if not _says_nothing(node, child):
            yield from _values(child, about | _key_of(node, child), line)


def _key_of(node, child):
    """Stems of the key under which an entry stands in a dict."""
    if isinstance(node, ast.Dict) and child in node.values:
        key = node.keys[node.values.index(child)]
        return stems(ast.unparse(key)) if key else set()
    return set()


def _says_nothing(node, child):
    """Numbers that lay out a figure, pick an entry or name an axis."""
    if isinstance(child, ast.keyword):
        return child.arg in _LOOKS
    if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute):
        return child.func.attr in _DRAWS
    is_index = isinstance(node, ast.Subscript) and child is node.slice
    return is_index and isinstance(child, (ast.Constant, ast.UnaryOp))


def _fold(node):
    """The value of a number or of arithmetic on numbers, else None."""
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) in (int, float) else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _fold(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and type(node.op) in _FOLD:
        left, right = _fold(node.left), _fold(node.right)
        return None if left is None or right is None else _FOLD[type(node.op)](left, right)
    return None
