"""A notebook's training as its own cells define it, so that benchmark and notebook cannot differ.

They are its set-up cell and those that begin with "# Recipe".
"""

from siamese_lib.training import fit
from tools import notebooks


def recipe(number, **settings):
    """{name: value} that the cells of notebook `number` ("06") define, with settings replaced."""
    return notebooks.definitions(number, "# Recipe", **settings)


def train(names, *, network=None, optimizer=None):
    """The notebook's network after its training, or another network or optimizer in its place."""
    network = names["network"] if network is None else network
    fit(
        network, names["loss"], names["batches"], epochs=names["EPOCHS"],
        optimizer=names["optimizer"] if optimizer is None else optimizer, progress=False,
    )  # fmt: skip
    return network
