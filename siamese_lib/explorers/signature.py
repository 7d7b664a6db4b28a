"""Signatures to play with: sign three times, then let somebody forge."""

import anywidget
import numpy as np
import traitlets

from siamese_lib.datasets.results import load_results
from siamese_lib.datasets.signatures import Signatures, load_signatures
from siamese_lib.encoders.pretrained import SIGNATURE_WEIGHTS
from siamese_lib.explorers.explorer import STYLE, Explorer, program, require_between, slider
from siamese_lib.validate import require_count

_WIDTH, _HEIGHT, _MARGIN = 360, 180, 25  # units of the pad


class SignaturePicture(anywidget.AnyWidget):
    """A pad to sign on, the signatures enrolled, and the energies of what was checked."""

    _esm = program("encoder", "pad", "signature_pad", "signature")
    _css = STYLE
    weights = traitlets.CBytes(b"").tag(sync=True)  # of the page's encoder
    enrolled = traitlets.CBytes(b"").tag(sync=True)  # 56 x 56 bytes each, 255 = ink
    tries = traitlets.List(traitlets.Float()).tag(sync=True)  # their energies, the last one last
    threshold = traitlets.Float(min=0, max=1.5).tag(sync=True)
    # Prepared ones: {"strokes": [[[x, y], ...], ...], "seconds": how long it took}.
    genuine = traitlets.List(traitlets.Dict()).tag(sync=True)
    forged = traitlets.List(traitlets.Dict()).tag(sync=True)


def signature_explorer(*, threshold: float | None = None, person: int = 7) -> Explorer:
    """Sign three times with mouse, touch or keys, then let somebody forge, and see who passes.

    The picture encoder of notebook 13 runs in the page: no kernel is asked, and nothing leaves the
    machine. Two buttons sign with prepared signatures, for who has no pointer at hand.

    threshold: energies below it are accepted; by default the one where false acceptances of
        forgeries and false rejections were equally frequent among validation writers, 0 to 1.5.
    person: which of the 60 test writers of load_signatures the prepared ones belong to, 0 to 59.
    Returns: an Explorer (an ipywidgets VBox); `.picture.tries` holds the last energies.
    Raises: ValueError if threshold is outside 0 to 1.5 or person is none of 0 to 59.
    Source: Bromley et al. 1993, who compare with what is stored of a signer; ours are pictures.
    """
    if threshold is None:
        threshold = load_results("signatures")["pad"]["threshold"]
    require_between(0, 1.5, threshold=threshold)
    require_count(least=0, person=person)
    require_between(0, 59, person=person)
    data = load_signatures("test", genuine=8, forged=4, side=16)
    rows = np.arange(len(data.writer)).reshape(60, 12)[person]
    picture = SignaturePicture(
        weights=SIGNATURE_WEIGHTS.read_bytes(), threshold=threshold,
        genuine=[_on_the_pad(data, row) for row in rows[:8]],
        forged=[_on_the_pad(data, row) for row in rows[8:]],
    )  # fmt: skip
    return Explorer(picture, {"threshold": slider("threshold", threshold, 0, 1.5)})


def _on_the_pad(data: Signatures, row: int) -> dict:
    """A trace as strokes in units of the pad, and its seconds."""
    assert data.traces is not None and data.seconds is not None
    trace = data.traces[row]
    is_down = trace[:, 2] > 0.5
    low, high = trace[is_down, :2].min(axis=0), trace[is_down, :2].max(axis=0)
    room = np.array([_WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN])
    scale = (room / np.maximum(high - low, 1e-6)).min()
    points = (scale * (trace[:, :2] - (low + high) / 2) + [_WIDTH / 2, _HEIGHT / 2]).round(1)
    changes = np.flatnonzero(np.diff(is_down)) + 1
    parts = zip(np.split(points, changes), np.split(is_down, changes), strict=True)
    strokes = [part.tolist() for part, down in parts if down[0]]
    return {"strokes": strokes, "seconds": round(float(data.seconds[row]), 2)}
