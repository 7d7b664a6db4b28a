"""Notebooks and written pages as passages of prose, each with the code and outputs beside it."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import nbformat

from prose.tokens import Number, numbers, value_of

_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`\n]*)`")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_HEADING = re.compile(r"^(?=#{1,3} )", re.MULTILINE)


class Passage(NamedTuple):
    """A piece of prose, and the numbers that stand around it."""

    where: str
    text: str  # with no code in it, of the length of the source
    outputs: list  # Numbers that the code beside it printed
    givens: list  # values that the code beside it sets


class Page(NamedTuple):
    name: str
    passages: list
