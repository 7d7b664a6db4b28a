"""The map at the top of each notebook: you are here."""

from siamese_lib.checks.contents import CONTENTS

_INK, _GONE = "#303030", "#C8C8C8"
# Short rows: a phone shows the picture half as wide, and its words can still be read.
_ROWS = (
    ("the core", CONTENTS[:4]),
    ("", CONTENTS[4:8]),
    ("more methods, and many devices", CONTENTS[8:13]),
    ("applications: in any order", CONTENTS[13:]),
)


def course_map(topic: str) -> None:
    """Draw this course as lines of stations, and mark the notebook of that topic ("cost").

    Raises: ValueError where no notebook has that topic, naming all topics.
    """
    import matplotlib.pyplot as plt  # here, since a lab being graded draws nothing

    from siamese_lib import plots

    topics = [notebook.topic for notebook in CONTENTS]
    if topic not in topics:
        raise ValueError(f"topic is {topic!r}; give one of {', '.join(topics)}")
    here = CONTENTS[topics.index(topic)]
    figure, axes = plt.subplots(figsize=(4.4, 3.4))
    for row, (title, notebooks) in enumerate(_ROWS):
        y = -3 * row
        axes.text(-0.4, y + 0.95, title, va="center", fontsize=10, style="italic")
        axes.plot((0, len(notebooks) - 1), (y, y), color=_GONE, lw=2, zorder=1)
        for x, notebook in enumerate(notebooks):
            _station(axes, x, y, notebook, here)
    most = max(len(notebooks) for _, notebooks in _ROWS)
    axes.set(xlim=(-0.6, most - 0.4), ylim=(1.6 - 3 * len(_ROWS), 1.4))
    axes.axis("off")
    plots.show(figure, alt=f"You are here: notebook {here.number}, of 00 to {CONTENTS[-1].number}.")


def _station(axes, x, y, notebook, here):
    is_here = notebook == here
    face = _INK if is_here else _GONE if notebook.number < here.number else "white"
    axes.scatter(x, y, s=300, facecolor=face, edgecolor=_INK, zorder=2)
    axes.text(x, y - 0.05, notebook.number, ha="center", va="center", fontsize=10,
              color="white" if is_here else _INK, zorder=3)  # fmt: skip
    axes.text(x, y - 1, notebook.topic.replace("_", "-"), ha="center", va="center", fontsize=10,
              weight="bold" if is_here else "normal")  # fmt: skip
