"""Values as JSON and back, without pickle: the only thing that crosses the sandbox's wall.

This file is also sent into the learner's kernel as text, so it imports nothing of ours.
loads reads what a hostile kernel may have written: it builds plain Python and numpy values, in a
small multiple of the text's memory and in time that grows with its length, or raises ValueError.
"""

import base64
import json
import math

import numpy as np

DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
DTYPES += ("float16", "float32", "float64")
MOST_PIECES = 200_000  # lists, dicts, entries: each takes 10 to 100 times its text's memory
LONGEST_AXIS = 4096  # of an empty array: a sum along its other axis would really have this length


def dumps(value):
    """Value -> text. Raises TypeError for what is no number, array, string, list, tuple, dict."""
    return json.dumps(_encode(value))


def loads(text):
    """Text -> value. Raises ValueError for anything that dumps would not write."""
    if pieces(text) > MOST_PIECES:
        raise ValueError(f"more than {MOST_PIECES} pieces")
    try:
        return _decode(json.loads(text))
    except (RecursionError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise ValueError(f"no plain value: {error}") from None


def pieces(text):
    """How many lists, dicts and entries a JSON text (or its bytes) has at most."""
    signs = (b"[", b"{", b",") if isinstance(text, bytes) else "[{,"
    return sum(text.count(sign) for sign in signs)


def _encode(value):
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is dict:
        return {"dict": [[_key(key), _encode(item)] for key, item in value.items()]}
    if isinstance(value, (tuple, list)):
        return {"tuple" if isinstance(value, tuple) else "list": [_encode(item) for item in value]}
    if hasattr(value, "__array__"):
        return {"array": _encode_array(np.asarray(value))}
    raise TypeError(f"{type(value).__name__} is no plain value")


def _key(key):
    """Only text: other keys can be made to collide, and then each is compared with all before."""
    if type(key) is not str:
        raise TypeError(f"a key that is {type(key).__name__} is no plain value")
    return key


def _encode_array(array):
    if array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    if array.dtype.kind in "US":
        return [None, list(array.shape), [str(text) for text in array.ravel()]]
    if array.dtype.name not in DTYPES:
        raise TypeError(f"an array of {array.dtype} is no plain value")
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return [array.dtype.name, list(array.shape), data]


def _decode(value):
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is not dict or len(value) != 1:
        raise ValueError("no plain value")
    ((kind, content),) = value.items()
    if kind == "dict":
        return {_key(key): _decode(item) for key, item in content}
    if kind == "array":
        return _decode_array(*content)
    items = [_decode(item) for item in content]
    return {"list": list, "tuple": tuple}[kind](items)


def _decode_array(name, shape, content):
    if not all(type(n) is int and n >= 0 for n in shape) or len(shape) > 16:
        raise ValueError(f"{shape} is no shape")
    if 0 in shape and math.prod(n or 1 for n in shape) > LONGEST_AXIS:
        raise ValueError(f"{shape} is too long for nothing")
    if name is None:
        if type(content) is not list or not all(type(text) is str for text in content):
            raise ValueError("no array of texts")
        # As objects: numpy's own texts would each take as much memory as the longest.
        return np.array(content, object).reshape(shape)
    if name not in DTYPES:
        raise ValueError(f"{name!r} is no dtype of a plain array")
    return np.frombuffer(base64.b64decode(content), name).reshape(shape).copy()
