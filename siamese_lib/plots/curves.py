"""Curves of a training run, drawn at its end or while it runs."""

from collections.abc import Callable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from siamese_lib.plots.look import COLOURS, figure_of, picture


def loss_curve(
    history: Mapping[str, Sequence[float]], *, title: str = "", axes: Axes | None = None,
    validation: str = "validation",
) -> Figure:  # fmt: skip
    """Draw the loss of every step and its running mean, with any validation after each epoch.

    validation: the name of what was measured there, written beside the right axis.
    """
    if axes is None:
        _, axes = plt.subplots()
    loss = np.asarray(history["loss"])
    width = max(1, len(loss) // 30)
    axes.plot(loss, color=COLOURS["ink"], alpha=0.25, lw=1, label="loss of a step")
    if len(loss) >= width:
        smooth = np.convolve(loss, np.ones(width) / width, "valid")
        steps = np.arange(width - 1, len(loss))
        axes.plot(steps, smooth, color=COLOURS["ink"], label=f"mean of {width} steps")
    axes.set(xlabel="step", ylabel="loss", title=title)
    handles, names = axes.get_legend_handles_labels()
    if history.get("validation"):
        other = axes.twinx()
        epochs = (
            np.arange(1, len(history["validation"]) + 1) * len(loss) / len(history["epoch_loss"])
        )
        (line,) = other.plot(epochs, history["validation"], "o-", color=COLOURS["accent"])
        other.set_ylabel(validation)
        other.grid(False)
        other.spines["right"].set_visible(True)
        handles, names = [*handles, line], [*names, "validation (right axis)"]
    axes.legend(handles, names, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9)
    return figure_of(axes)


def live_loss_curve(
    *, alt: str = "Loss curve of the training run, step by step.", validation: str = "validation"
) -> Callable[[Mapping[str, Sequence[float]]], None]:
    """A function for fit(on_epoch=...) that redraws the curve in place after each epoch."""
    from IPython.display import display

    handle = display({"text/plain": "waiting for the first epoch"}, raw=True, display_id=True)

    def draw(history):
        shown = picture(loss_curve(history, validation=validation), alt)
        handle.update(shown.pop("data"), **shown)

    return draw
