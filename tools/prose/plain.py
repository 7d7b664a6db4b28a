"""Markdown with all that is not prose blanked out, every character left where it was."""

import re

from prose.pages import FENCE

_HIDDEN = re.compile(r"<!--.*?-->|</?[a-z][^>]*>|(?<=\])\([^)]*\)|https?://\S+", re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
# Whole numbers of a formula are its structure (squares, halves, indices); its decimals are figures.
_STRUCTURE = re.compile(r"\\[A-Za-z]+|(?<![\d.])\d+(?![\d.])")
_ONLY_A_NUMBER = re.compile(r"`[-\d.,% ]+`")


def prose(markdown):
    """The prose of a page: no code, no link targets, and only the decimals of formulas."""
    for hidden in (FENCE, _HIDDEN):
        markdown = hidden.sub(_blank, markdown)
    markdown = _CODE.sub(lambda m: m[0] if _ONLY_A_NUMBER.fullmatch(m[0]) else _blank(m), markdown)
    return _FORMULA.sub(lambda m: _STRUCTURE.sub(_blank, m[0]), markdown)


def _blank(found):
    return re.sub(r"[^\n]", " ", found[0])
