"""Markdown as a book prints it: formulas put aside, links that say their page or their address."""

import html
import re

from listings import listing
from markdown_it import MarkdownIt

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_MARKDOWN.add_render_rule("fence", lambda self, tokens, at, *_: listing(tokens[at].content, "code"))
_CODE = re.compile(r"(?ms)^(```+).*?^\1|(`+)(?!`).*?(?<!`)\2(?!`)")
_MATH = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$((?:(?!\n\n)[^$])+?)(?<!\\)\$", re.DOTALL)
# A formula travels through Markdown as its own letters in hexadecimal, between marks nobody types.
ASIDE = re.compile("\ue000(i|d)([0-9a-f]+)\ue001")
_LINK = re.compile(r'<a href="([^"]+)">(.*?)</a>', re.DOTALL)
_OWN_PAGE = re.compile(r"(?:\.\./)*(\w+)\.(?:ipynb|md)(?:#.*)?")
_HEADING = re.compile(r"<h([1-6])>")


def as_html(markdown, pages, level=0):
    """HTML of a piece of prose.

    pages: the names of files that are chapters here; a link to one becomes its page.
    level: by how much headings go down.
    """
    text = _MARKDOWN.render(_put_aside(markdown))
    text = re.sub(
        r"(</?h)([1-6])(?=>)", lambda found: f"{found[1]}{min(int(found[2]) + level, 6)}", text
    )
    return _LINK.sub(lambda found: _linked(found[1], found[2], pages), text)


def _put_aside(text):
    """Formulas out of Markdown's sight, as JupyterLab does it: a bar in one ends no table cell."""
    hidden = _CODE.sub(lambda found: re.sub(r"[^\n]", "c", found[0]), text)
    for found in reversed(list(_MATH.finditer(hidden))):
        start, end = found.span()
        width = 2 if found[1] else 1
        kind, tex = "di"[width == 1], text[start + width : end - width]
        text = f"{text[:start]}\ue000{kind}{tex.strip().encode().hex()}\ue001{text[end:]}"
    return text


def _linked(address, said, pages):
    if address.startswith("#"):
        return f'<a href="{address}">{said}</a>'
    own = _OWN_PAGE.fullmatch(address)
    if own:
        return f'<a class="inside" href="#{own[1]}">{said}</a>' if own[1] in pages else said
    link = f'<a href="{address}">{said}</a>'
    shown = re.sub(r"<[^>]+>", "", said)
    if html.unescape(address).removeprefix("https://").removeprefix("www.").rstrip("/") in shown:
        return link
    return f'{link}<span class="footnote">{breakable(address.removeprefix("https://"))}</span>'


def breakable(address):
    """An address that may go on in the next line after each of its strokes."""
    return re.sub(r"([/?&=#])(?=.)", "\\1\u200b", address)
