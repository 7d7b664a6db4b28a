"""Formulas as drawings: MathJax runs once, in node, over all that a book holds."""

import base64
import html
import json
import re
import subprocess
import tempfile
from pathlib import Path

from foreign import FORMULAS, unpack
from texts import ASIDE

_HERE = Path(__file__).resolve().parent
_SIZE = re.compile(
    r'vertical-align: ([-\d.]+)(?:ex)?;?"[^>]*? width="([\d.]+ex)" height="([\d.]+ex)"'
)


def drawn(text):
    """The text with a drawing in place of each formula that texts.py put aside."""
    asked = sorted(set(map(_read, ASIDE.finditer(text))))
    pictures = dict(zip(asked, _svg(asked), strict=True))
    return ASIDE.sub(lambda found: _image(*_read(found), pictures), text)


def _read(found):
    return bytes.fromhex(found[2]).decode(), found[1] == "d"


def _svg(asked):
    with tempfile.TemporaryDirectory() as folder:
        mathjax = unpack(FORMULAS[0][0], folder)
        command = ["node", str(_HERE / "formulas.mjs"), str(mathjax)]
        done = subprocess.run(
            command, input=json.dumps(asked), capture_output=True, text=True, check=True
        )
    pictures = json.loads(done.stdout)
    for (tex, _), svg in zip(asked, pictures, strict=True):
        if "data-mjx-error" in svg:
            raise ValueError(f"MathJax cannot read {tex!r}; mend the formula in its notebook")
    return pictures


def _image(tex, display, pictures):
    svg = pictures[tex, display]
    lowered, width, height = _SIZE.search(svg).groups()
    source = base64.b64encode(svg.encode()).decode()
    return (
        f'<img class="formula{" display" if display else ""}" alt="{html.escape(tex)}" '
        f'style="width: {width}; height: {height}; vertical-align: {lowered}ex" '
        f'src="data:image/svg+xml;base64,{source}">'
    )
