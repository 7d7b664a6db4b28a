"""The error that a learner's code raised, in words: where it came from, and a likely cause."""

import re
import traceback
from pathlib import Path
from typing import NamedTuple

LETTERS = 160  # of an error's message are shown
_ASIDE = re.compile(r"(:| See) https?://.*| This \w+ with object id .*")  # of JAX
_ENTRYWISE = (
    "Python's max, min, if, and, or judge one value, not an array; np.maximum, np.where, & and | "
    "work entry by entry."
)
_INSIDE_JAX = "JAX takes no `if` and no `while` on the contents of an array; use jnp.where."
_MASK = "JAX cannot pick entries with a mask, since their number is unknown; use jnp.where."
_NUMPY = "JAX looks through jnp functions only; write jnp in place of np."
_SHAPES = (
    "these shapes do not fit entry by entry; print both, and look for a missing keepdims=True or "
    "[:, None]."
)
_LENGTHS = (
    "these two have different lengths: a[:, None] beside b takes each with each, and np.isin(a, b) "
    "asks which of a are in b."
)
_EMPTY = "nothing is left to take here: print what your mask or slice picks."
_FEW = "there are fewer to draw from than you draw: print them."
_WHOLE = "places and counts are whole numbers: // divides to one, / does not."
_PRODUCT = "in a @ b the last axis of a is as long as the first of b; is a .T missing?"
_ONE = "math works on one number; np.sqrt, np.log and np.exp work on arrays."
_NONE = "something here is None: an earlier function is unfilled, or does not end with return."
_DOTS = "the dots of an earlier exercise are still there; fill that in first."
_FIXED = "JAX arrays never change; x.at[i].set(value) gives a changed copy."
_BRACKETS = "round brackets call a function; an entry of an array takes square ones."
_NO_CALL = "what is called here is no function; if its class is yours, has it a __call__?"
_NO_INIT = "has the class an __init__, with two underscores on either side?"
_PRECEDENCE = "& and | come before > and ==: put each comparison in brackets, (a > b) & (c == d)."
_ONE_ENTRY = "this is one number, with no entries; np.array([x]) has one, and range(n) counts to n."
_PLACES = "an index is a whole number: range(len(a)) goes over the places of a, a over its entries."
_UNPACK = "the names left of the = are not as many as the parts that come; print these."
_DICT = 'an entry of a dict stands in square brackets, as text: d["name"]; list(d) shows the names.'
_PARTS = "a list or tuple has no names; take it apart: first, second = pair."
_SELF = "what __init__ makes is kept in self, self.name = ..., under the name that is used later."
_MISSING = "compare this call with the def: is an argument not handed over, or one too many?"
_NAMES = (
    "is it spelled so above, or an argument of your function, and have the cells above been run?"
)
_AT = "this is a NumPy array; jnp.asarray(x).at[...] works."
_APPEND = "an array does not grow; np.append(a, x) gives a longer one."
_NOT_THERE = "this version has no function of that name; look it up, or write the sum out yourself."
_AXES = "the array has fewer axes than that; axis=-1 is the last one, whatever their number."
_BY_NAME = "some arguments are given by name, as in threshold=0.5; help(the function) says which."
# (kind of error, a pattern in its message, the likely cause); the first that fits is shown.
CAUSES = (
    ("TracerArrayConversionError", "", _NUMPY),
    (
        "TracerBoolConversionError|ConcretizationTypeError|TracerIntegerConversionError",
        "",
        _INSIDE_JAX,
    ),
    ("NonConcreteBooleanIndexError", "", _MASK),
    ("ValueError|TypeError", "truth value of an array", _ENTRYWISE),
    ("ValueError|TypeError", "matmul|not aligned|dot_general", _PRODUCT),
    ("TypeError", "scalar index", _PLACES),
    ("ValueError|TypeError", r"broadcast.*\(\d+,\),? \(\d+,\)(?!.*\()", _LENGTHS),
    ("ValueError|TypeError", "broadcast|[Ii]ncompatible shapes|same shape", _SHAPES),
    ("TypeError", "(only|can be) .*(convert|scalar)", _ONE),
    ("TypeError|AttributeError", "NoneType", _NONE),
    ("TypeError", "ellipsis", _DOTS),
    ("TypeError", "not support (in-place )?item assignment", _FIXED),
    ("TypeError", "(ndarray|ArrayImpl|list|tuple|dict|float|int)' object is not call", _BRACKETS),
    ("TypeError", "is not callable", _NO_CALL),
    ("TypeError", "bitwise_(and|or)' not supported|for [&|]:", _PRECEDENCE),
    ("TypeError", "(int|float)\\w*' object is not (iter|subscr)|0-d|unsized", _ONE_ENTRY),
    ("ValueError", "values to unpack", _UNPACK),
    ("ValueError|IndexError", "zero-size array|with size 0", _EMPTY),
    ("ValueError", "larger sample than", _FEW),
    ("TypeError", "slice indices must be|interpreted as an integer", _WHOLE),
    ("KeyError", "", _DICT),
    ("AttributeError", "^'dict' object", _DICT),
    ("AttributeError", "^'(list|tuple)' object", _PARTS),
    ("TypeError", "takes no arguments", _NO_INIT),
    ("TypeError", "takes .* positional arguments? but", _BY_NAME),
    ("TypeError", "missing .* argument|positional argument", _MISSING),
    ("AttributeError", "ndarray' object has no attribute 'at'", _AT),
    ("AttributeError", "ndarray' object has no attribute 'append'", _APPEND),
    ("AttributeError", "^module ", _NOT_THERE),
    ("AxisError", "", _AXES),
    ("ValueError", "axis .* out of bounds", _AXES),
    ("AttributeError", r"^'(?!ArrayImpl|\w*Tracer)[A-Z]\w*' object has no attribute", _SELF),
    ("NameError", "", _NAMES),
    ("UnboundLocalError", "", "it gets a value further down or in another branch only."),
    ("ZeroDivisionError", "", "what may be 0 below the line here?"),
    ("IndexError", "scalar variable", _ONE_ENTRY),
    ("IndexError", "only integers|must be of integer", _PLACES),
    ("IndexError", "", "count from 0, and print the shape."),
)
UNKNOWN = "run your lines one by one on the case that is shown, and print what goes into this one."
NONE_GIVEN = "your function gave None; does it end with return? (print only shows a value.)"


class Raised(NamedTuple):
    """An error that a learner's code raised: its kind, its message and the line it came from."""

    kind: str
    message: str
    line: str

    @property
    def said(self) -> str:
        """One sentence: what was raised, and by which line."""
        where = f", in your line `{self.line}`" if self.line else ""
        return f"raised {self.kind}: {self.message}{where}"

    @property
    def cause(self) -> str:
        """A likely cause, or ""."""
        return next(
            (cause for kind, held, cause in CAUSES
             if re.fullmatch(kind, self.kind) and re.search(held, self.message)), ""
        )  # fmt: skip


def raised(error: Exception) -> Raised:
    """The Raised that describes an exception."""
    text = _ASIDE.sub("", " ".join(str(error).split()))
    message = text if len(text) <= LETTERS else f"{text[:LETTERS]}..."
    return Raised(type(error).__name__, message, _line_of(error))


def _line_of(error):
    """The last line of the learner's own code on the way to the error."""
    ours = Path(__file__).parent.parent
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__)
        if "site-packages" not in frame.filename and ours not in Path(frame.filename).parents
        and "lib/python" not in frame.filename and frame.line
    ]  # fmt: skip
    return str(frames[-1].line).strip() if frames else ""
