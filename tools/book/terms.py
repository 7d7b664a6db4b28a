"""The index: where a term is defined, and where each later chapter uses it first."""

import html
import re
import tomllib
from pathlib import Path

_GLOSSARY = Path(__file__).resolve().parents[1] / "prose" / "glossary.toml"
# In the index though not in the glossary: what the notebooks use as everybody does.
ALSO = (
    "accuracy", "all-gather", "anchor", "collapse",
    "contrastive loss", "cosine", "data parallelism", "episode", "false negative", "gradient",
    "impostor", "learning rate", "LSTM", "margin", "modified triplet loss", "NaN",
    "near-miss", "one-shot", "padding", "precision", "prior", "recall", "reduce-scatter", "seed",
    "similarity", "threshold", "trivial solution", "triplet", "triplet loss", "validation",
)  # fmt: skip
_SILENT = ("a", "code", "pre", "figure", "h1", "h2", "h3", "h4", "summary")
_IMPORTED = re.compile(r"^from siamese_lib\.[\w.]+ import (?:\(([^)]*)\)|(.*))$", re.MULTILINE)


def terms():
    """{term: the topic of the notebook that defines it, None where none does}."""
    glossary = tomllib.loads(_GLOSSARY.read_text(encoding="utf-8"))
    return dict.fromkeys(ALSO) | {term["name"]: term["topic"] for term in glossary["term"]}


def functions(sources):
    """The functions that code imports from siamese_lib, but for those of every notebook."""
    found = set()
    for source in sources:
        for names in _IMPORTED.findall(source):
            found |= set(re.findall(r"\b[a-z]\w+", "".join(names).partition("#")[0]))
    return sorted(found - {"check", "guess", "course_map", "quiz"})


def marked(text, topic, known):
    """A chapter's HTML with an anchor at the defining or first use of each term.

    known: {term: topic that defines it}. In prose only, so that no heading or link is torn.
    """
    for term, home in known.items():
        words = r"\s+".join(re.escape(word) for word in html.escape(term).split())
        word = re.compile(rf"(?<![\w-]){words}(?:s|es)?(?![\w-])", re.IGNORECASE)
        place = _definition(text, word) if topic == home else None
        place = place or next(_uses(text, word), None)
        if place:
            name, shown = place_of(term, topic), text[place[0] : place[1]]
            text = f'{text[: place[0]]}<span id="{name}">{shown}</span>{text[place[1] :]}'
    return text


def marked_code(text, topic, names):
    """A chapter's HTML with an anchor at the first use of each function in code."""
    for name in names:
        found = re.search(rf"(?<=[>\s(=*]){name}(?=\()", text)
        if found:
            start, end = found.span()
            text = f'{text[:start]}<span id="{place_of(name, topic)}">{name}</span>{text[end:]}'
    return text


def place_of(name, topic):
    """The anchor of a term in a chapter."""
    return f"term-{topic}-{re.sub(r'[^a-z0-9_]+', '-', name.lower())}"


def _definition(text, word):
    for bold in re.finditer(r"<strong>(.*?)</strong>", text, re.DOTALL):
        if found := word.search(bold[1]):
            return bold.start(1) + found.start(), bold.start(1) + found.end()
    return None


def _uses(text, word):
    """Every use in prose: outside tags and outside what is code, a heading or a link."""
    silent, end = [], 0
    for tag in re.finditer(r"<(/?)([a-z0-9]+)[^>]*>", text):
        if not silent:
            for found in word.finditer(text, end, tag.start()):
                yield found.span()
        if tag[2] in _SILENT:
            silent = silent[:-1] if tag[1] else [*silent, tag[2]]
        end = tag.end()


def entry(name, shown, home, topics, places):
    """The line of a term in the index, "" where no chapter has it; shown: the term as HTML."""
    links = [
        f'<a class="page{" defined" if topic == home else ""}" href="#{place_of(name, topic)}"></a>'
        for topic in topics
        if place_of(name, topic) in places
    ]
    return f"<li>{shown} {', '.join(links)}</li>" if links else ""
