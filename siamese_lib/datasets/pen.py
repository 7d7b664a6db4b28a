"""A pen that signs: writers with habits, their genuine signatures, and copies by another hand.

A trace is [time, 3]: x to the right, y downwards, and 1 where the pen is down. Its time steps are
equal, so a slow part has many of them; how long the whole took is kept beside it.
"""

from typing import NamedTuple

import numpy as np

STEPS = 128  # time steps of a trace
_KNOTS = 12  # points that the pen passes on its way, the first and the last among them


class Writer(NamedTuple):
    """What one person does every time, more or less.

    knots [12, 2], the points that the pen passes, a small letter being about 1 high; is_down [11],
    1 where the pen writes between two of them; rhythm [11], how much longer than usual each part
    takes. tempo: seconds for all. slant: x per y. roundness: 0 angular, 1 round. stop: how far
    the pen slows down at a knot. wobble and tremor: how much knots and line vary, in letters.
    """

    knots: np.ndarray
    is_down: np.ndarray
    rhythm: np.ndarray
    tempo: float
    slant: float
    roundness: float
    stop: float
    wobble: float
    tremor: float


def draw_writer(random: np.random.Generator) -> Writer:
    """A person with a signature of their own: large at first, up and down, perhaps underlined."""
    up_down = np.where(np.arange(_KNOTS) % 2 == random.integers(2), -1, 1)
    height = np.exp(random.normal(-0.5, 0.5, _KNOTS))
    height[:2] *= random.uniform(1.2, 2.4)
    advance = random.normal(0.55, 0.45, _KNOTS)
    knots = np.stack([np.cumsum(advance), up_down * height], axis=1)
    is_down = np.ones(_KNOTS - 1)
    if random.random() < 0.5:  # lifts the pen within the name
        is_down[random.integers(2, 8)] = 0
    if random.random() < 0.5:  # and underlines it
        knots[-2:, 0] = random.uniform([-0.5, 3.5], [1.5, 6.5])
        knots[-2:, 1] = random.uniform(1.2, 2) + random.normal(0, 0.2, 2)
        is_down[-2] = 0
    rhythm = np.exp(random.normal(0, 0.35, _KNOTS - 1))
    return Writer(
        knots, is_down, rhythm, tempo=float(np.exp(random.normal(0.3, 0.3))),
        slant=random.normal(0.2, 0.3), roundness=random.uniform(0.2, 2.2),
        stop=random.uniform(0.2, 1), wobble=random.uniform(0.04, 0.09),
        tremor=random.uniform(0.005, 0.02),
    )  # fmt: skip


def copied_by(writer: Writer, forger: Writer, random: np.random.Generator) -> Writer:
    """How a forger signs for somebody else after practice, from a picture of the signature.

    The shape is nearly right, with faults that stay the same from copy to copy. Slant and roundness
    lie half-way between both people's. Rhythm and tempo, which no picture shows, are the forger's
    own, a little slower; and a hand that follows a model trembles more.
    """
    return writer._replace(
        knots=writer.knots + random.normal(0, 0.14, writer.knots.shape),
        rhythm=forger.rhythm * np.exp(random.normal(0, 0.1, len(forger.rhythm))),
        tempo=forger.tempo * float(np.exp(random.normal(0.15, 0.2))),
        slant=(writer.slant + forger.slant) / 2,
        roundness=(writer.roundness + forger.roundness) / 2,
        stop=forger.stop,
        wobble=1.2 * forger.wobble,
        tremor=0.01 + 2.5 * forger.tremor,
    )


def sign(writer: Writer, count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The same signature, `count` times: never quite the same.

    Shapes: -> (traces [count, 128, 3] float32, seconds [count] float32).
    """
    knots = writer.knots + random.normal(0, writer.wobble, (count, _KNOTS, 2))
    turn, slant = random.normal(0, 0.03, count), writer.slant + random.normal(0, 0.05, count)
    x, y = knots[..., 0] - slant[:, None] * knots[..., 1], knots[..., 1]
    knots = np.stack([x - turn[:, None] * y, y + turn[:, None] * x], axis=-1)
    length = np.linalg.norm(np.diff(knots, axis=1), axis=2)
    rhythm = np.sqrt(length) * writer.rhythm * np.exp(random.normal(0, 0.12, length.shape))
    roundness = writer.roundness + random.normal(0, 0.08, count)
    line, part = _walk(knots, rhythm / rhythm.sum(axis=1, keepdims=True), roundness, writer.stop)
    line += writer.tremor * _smooth_noise(random, line.shape)
    trace = np.concatenate([line, writer.is_down[part][..., None]], axis=-1)
    seconds = writer.tempo * np.exp(random.normal(0, 0.08, count))
    return trace.astype(np.float32), seconds.astype(np.float32)


def _walk(knots, rhythm, roundness, stop):
    """Where the pen is at 128 equal time steps, and between which two knots.

    Shapes: knots [n, 12, 2], rhythm [n, 11] shares, roundness [n] -> [n, 128, 2], [n, 128] int.
    A cardinal spline: at each knot the pen moves in parallel to the line from its neighbour on one
    side to its neighbour on the other.
    """
    ends = np.cumsum(rhythm, axis=1)
    time = (np.arange(STEPS) + 0.5) / STEPS
    part = np.minimum((time[:, None] >= ends[:, None, :]).sum(axis=2), _KNOTS - 2)
    start = np.take_along_axis(ends - rhythm, part, axis=1)
    u = np.clip((time - start) / np.take_along_axis(rhythm, part, axis=1), 0, 1)
    u = ((1 - stop) * u + stop * u * u * (3 - 2 * u))[..., None]
    slope = np.gradient(knots, axis=1) * roundness[:, None, None]

    def at(values, offset):
        return np.take_along_axis(values, (part + offset)[..., None], axis=1)

    line = (
        (1 + 2 * u) * (1 - u) ** 2 * at(knots, 0) + u * (1 - u) ** 2 * at(slope, 0)
        + u * u * (3 - 2 * u) * at(knots, 1) - u * u * (1 - u) * at(slope, 1)
    )  # fmt: skip
    return line, part


def _smooth_noise(random, shape):
    """Noise along the time axis of [n, time, 2] with a spread of 1, alike in neighbouring steps."""
    noise = random.normal(0, 1, (shape[0], shape[1] + 2, shape[2]))
    return (noise[:, :-2] + noise[:, 1:-1] + noise[:, 2:]) / np.sqrt(3)


def render(traces: np.ndarray, *, side: int, margin: int = 3, stroke: float = 1.3) -> np.ndarray:
    """Pictures of traces: the ink in the middle, its longer side as long as the margins leave.

    Shapes: traces [n, time, 3] -> [n, side, side] float32, 0 = paper, 1 = ink.
    """
    from PIL import Image, ImageDraw

    fine = 4
    pictures = []
    for trace in np.asarray(traces, float):
        ink = trace[trace[:, 2] > 0.5, :2]
        low, high = ink.min(axis=0), ink.max(axis=0)
        scale = (side - 2 * margin - stroke) / max((high - low).max(), 1e-9)
        points = (scale * (trace[:, :2] - (low + high) / 2) + side / 2) * fine
        picture = Image.new("L", (side * fine, side * fine))
        pen = ImageDraw.Draw(picture)
        for line in _strokes(points, trace[:, 2]):
            pen.line(line.ravel().tolist(), fill=255, width=round(stroke * fine), joint="curve")
        pictures.append(np.asarray(picture.reduce(fine)))
    return np.stack(pictures).astype(np.float32) / np.float32(255)


def _strokes(points, is_down):
    """The points of each stroke: from where the pen comes down to where it is lifted."""
    changes = np.flatnonzero(np.diff(is_down)) + 1
    parts = zip(np.split(points, changes), np.split(is_down, changes), strict=True)
    return [part for part, down in parts if down[0] and len(part) > 1]
