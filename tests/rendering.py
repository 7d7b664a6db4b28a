"""What Markdown makes of a text that its author cannot have meant: torn lists, eaten signs.

A line of prose that happens to begin with "1.", "-", "#" or ">" becomes a list, a heading or a
quote, a pair of stars or underscores vanishes, "<batch>" is taken for HTML. Nothing warns.
"""

import re

from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_CODE = re.compile(r"(?ms)^( *)(```+|~~~+).*?^\1\2|(?<!`)(`+)(?!`)(?:(?!\n\n).)*?(?<!`)\3(?!`)")
_MATH = re.compile(r"\$\$.*?\$\$|(?<!\\)\$(?:(?!\n\n)[^$])*?(?<!\\)\$", re.DOTALL)
_SIGNS = re.compile(r"[$~]")
_WORDS = re.compile(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}")
_NAMED = re.compile(r"\\(?:text|mathrm|operatorname)\{[^}]*\}")
_TAG = re.compile(r"</?(details|summary|br)\b[^>]*>|<!--.*?-->", re.DOTALL)
_ENDS = re.compile(r"""[.,;:?!)*`"'|>]$""")
_NEVER = {
    "blockquote_open": "a quote; a line begins with >",
    "hr": "a line drawn across the page",
    "code_block": "code by indentation; write a fence",
    "hardbreak": "a forced end of line",
}


def unmeant(text):
    """A sentence for each place where the rendering is not what prose can mean."""
    yield from _bad_math(text)
    plain = _without_math(text)
    environment = {}
    tokens = _MARKDOWN.parse(plain, environment)
    lines = plain.splitlines()
    for token in tokens:
        yield from _bad_block(token, lines)
        for child in token.children or []:
            yield from _bad_inline(child)
    yield from _torn_lists(tokens, lines)
    for token in tokens:
        if token.type == "inline":
            yield from _glued_emphasis(token.content)
    for name in environment.get("references", {}):
        yield f"[{name}]: ... vanishes as the definition of a link"


def _outside_code(text):
    """The text with code blanked out, line for line."""
    return _CODE.sub(lambda found: re.sub(r"[^\n]", "c", found[0]), text)


def _without_math(text):
    """As JupyterLab does: formulas are taken out before Markdown reads the text."""
    spans = [found.span() for found in _MATH.finditer(_outside_code(text))]
    for start, end in reversed(spans):
        text = text[:start] + re.sub(r"[^\n]", "m", text[start:end]) + text[end:]
    return text


def _bad_math(text):
    for found in _MATH.finditer(_outside_code(text)):
        formula = found[0].strip("$")
        if found[0].startswith("$$"):
            continue
        if formula != formula.strip() or _WORDS.search(_NAMED.sub("", formula)):
            yield f"{found[0]!r} is set as a formula"
    rest = _outside_code(_without_math(text))
    for block in re.split(r"\n\s*\n", rest):
        signs = _SIGNS.findall(re.sub(r"\\[$~]", "", block))
        if "$" in signs or signs.count("~") > 1:
            yield f"a {signs[0]} alone, or two that strike out what is between: {block[:80]!r}"


def _bad_block(token, lines):
    if token.type in _NEVER:
        yield f"{_NEVER[token.type]}: {_at(token, lines)!r}"
    if token.type == "heading_open":
        line = token.map[0]
        if token.markup in "-=" or (line and lines[line - 1].strip()):
            yield f"a heading out of the middle of a text: {lines[line]!r}"
    if token.type == "table_open":
        yield from _bad_table(lines[slice(*token.map)])
    if token.type == "html_block" and re.search(r"<\w", _TAG.sub("", token.content)):
        yield f"taken for HTML: {token.content[:80]!r}"


def _bad_table(rows):
    cells = [len(re.split(r"(?<!\\)\|", row.strip().strip("|"))) for row in rows]
    for row, count in zip(rows, cells, strict=True):
        if count != cells[0]:
            yield f"a row of {count} cells in a table of {cells[0]}: {row!r}"


def _bad_inline(token):
    if token.type == "html_inline" and not _TAG.fullmatch(token.content):
        yield f"taken for HTML: {token.content!r}"
    if token.type in _NEVER:
        yield f"{_NEVER[token.type]}"
    if token.type in ("em_open", "strong_open") and "_" in token.markup:
        yield "underscores eaten as emphasis; put the name in backticks"
    if token.type == "s_open":
        yield "text struck out"
    if token.type == "text" and re.search(r"[*`]|^\|.*\|$", token.content):
        yield f"a sign with no partner: {token.content!r}"


def _glued_emphasis(text):
    """Stars between letters or numbers, as in 3*4*5: they vanish, and the middle leans."""
    for found in re.finditer(r"(?<=[\w\])])\*+(?=[\w(\[])", _outside_code(text)):
        yield f"a star inside a word: {text[max(0, found.start() - 20) : found.end() + 20]!r}"


def _torn_lists(tokens, lines):
    """Lists of one item, a blank line between two items of many, an item that breaks off."""
    open_lists = []
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            open_lists.append([])
        elif token.type == "list_item_open":
            open_lists[-1].append(token)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            items = open_lists.pop()
            if len(items) == 1:
                yield f"a list of one item: {_at(items[0], lines)!r}"
            gaps = [not lines[item.map[0] - 1].strip() for item in items[1:]]
            if any(gaps) and not all(gaps):
                yield f"a blank line that sets all items apart: {_at(items[0], lines)!r}"
            for item in items[:-1]:
                last = "\n".join(lines[slice(*item.map)]).rstrip()
                if not _ENDS.search(last):
                    yield f"an item that breaks off: {last[-60:]!r}"


def _at(token, lines):
    return lines[token.map[0]] if token.map else token.content
