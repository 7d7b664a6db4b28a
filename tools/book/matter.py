"""What a book has beside its chapters: title, contents, exercises, quiz, solutions and index."""

import html
import itertools
import re

import terms

from siamese_lib import __version__
from siamese_lib.checks.contents import CONTENTS
from siamese_lib.checks.quiz import questions
from siamese_lib.plots import COLOURS

_TITLE = """<section class="title"><h1>Siamese networks</h1><p>One network, used twice</p>
<svg width="300" height="170" viewBox="0 0 300 170">
<path d="M60 120 L140 135 M60 120 L245 35" stroke="#bbb" stroke-width="2"/>
<circle cx="60" cy="120" r="15" fill="{anchor}"/>
<circle cx="140" cy="135" r="15" fill="{positive}"/>
<circle cx="245" cy="35" r="15" fill="{negative}"/></svg>
<p>The Siamese notebooks, to be read on paper</p>
<p class="edition">Printed edition of version {version}. MIT licence.</p></section>"""


def title_page():
    """The first page: an anchor, a positive that is near and a negative that is not."""
    return _TITLE.format(**COLOURS, version=__version__)


def section(name, title, text):
    """A chapter or another part, on a page of its own; its headings get names to point to."""
    text = re.sub(r"<h1>.*?</h1>", "", text, count=1, flags=re.DOTALL)
    count = itertools.count()
    text = re.sub("<h2>", lambda found: f'<h2 id="{name}-{next(count)}">', text)
    kind = ' class="chapter"' if name[:2].isdecimal() else ""
    return f'<section id="{name}"{kind}><h1>{html.escape(title)}</h1>\n{text}</section>'


def contents(sections):
    """All parts, and the sections of each chapter; the style adds their pages."""
    lines = []
    for text in sections:
        name, title = re.match(r'<section id="([^"]+)"[^>]*><h1>(.*?)</h1>', text).groups()
        lines.append(f'<li class="chapter"><a href="#{name}">{title}</a></li>')
        if name[:2].isdecimal():
            heads = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', text, re.DOTALL)
            lines += [f'<li><a href="#{place}">{said}</a></li>' for place, said in heads]
    return f'<section class="contents"><h1>Contents</h1><ul>{"".join(lines)}</ul></section>'


def by_chapter(chapters, kind):
    """The exercises or the solutions of all chapters."""
    return "\n".join(
        f'<div id="{kind}-{one.stem}"><h2>{html.escape(one.title)}</h2>{getattr(one, kind)}</div>'
        for one in chapters
    )


def quiz():
    """The questions with their choices."""
    asked = (
        f"<li><p>{html.escape(one['ask'])}</p>{_choices(said for said, _ in one['answers'])}</li>"
        for one in questions()
    )
    return (
        "<p>Would you notice the trap? Choose one answer to each question; the "
        '<a class="inside" href="#answers">answers</a> say why it is right or wrong.</p>'
        f'<ol class="quiz">{"".join(asked)}</ol>'
    )


def quiz_answers():
    """Why each choice is right or wrong, and where to read on."""
    return f'<ol class="quiz">{"".join(map(_told, questions()))}</ol>'


def _told(question):
    number = question["notebook"]
    stem = next(one.stem for one in CONTENTS if one.number == number)
    whys = [why for _, why in question["answers"]]
    right = question["right"]
    whys[right] = f"Right. {whys[right]}"
    link = f'<a class="inside" href="#{stem}">notebook {number}</a>'
    return f"<li><p>To read on: {link}.</p>{_choices(whys)}</li>"


def _choices(texts):
    lines = (f"<li>{html.escape(text)}</li>" for text in texts)
    said = "".join(lines).replace("<li>Right.", "<li><strong>Right.</strong>")
    return f'<ol class="choices">{said}</ol>'


def index(text, known, names):
    """Terms and functions with their pages; text is that of all chapters."""
    topics = [one.topic for one in CONTENTS]
    places = set(re.findall(r'id="(term-[^"]+)"', text))
    told = (terms.entry(term, term, home, topics, places) for term, home in known.items())
    called = (terms.entry(name, f"<code>{name}</code>", None, topics, places) for name in names)
    return (
        "<p>Bold: the page that defines a term. Otherwise the first page of each chapter "
        f"that uses it.</p><h2>Terms</h2><ul>{''.join(sorted(told, key=str.lower))}</ul>"
        "<h2>Functions of <code>siamese_lib</code></h2>"
        f'<ul class="functions">{"".join(called)}</ul>'
    )
