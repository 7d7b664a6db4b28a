"""The hard exercise of the notebook on scaling out: pushes that do not come back."""

from siamese_lib.checks.exercise import Exercise, Mistake

_SELF = "its own anchor pulls, it does not push: leave it out above and below the line."
_BACK = "forward, the loss is right; going back, the other workers' anchors send nothing."

HARD = Exercise(
    "the loss is right, the gradient is not",
    {"workers": 63 / 255, "pod": 255 / 65_535, "bytes": 49_152},
    mistakes=(
        Mistake({"workers": 1.0}, _BACK),
        Mistake({"workers": 64 / 256}, _SELF),
        Mistake({"workers": 64 / 255}, _SELF),
        Mistake({"workers": 63 / 256}, "255 rows push on a positive, not 256: its own pulls."),
        Mistake({"workers": 192 / 255}, "this is the share that is lost."),
        Mistake({"workers": 0.0}, "each worker has put its own positives back in: its own anchors "
                "reach them."),
        Mistake({"workers": 63}, "this is a number of pushes; divide it by how many there should "
                "be."),
        Mistake({"workers": 63 / 64}, "below the line stand all that should push, the other "
                "workers' anchors too."),
        Mistake({"pod": 1.0}, _BACK),
        Mistake({"pod": 1 - 255 / 65_535}, "this is the share that is lost."),
        Mistake({"pod": 63 / 255}, "more devices, each with 256 rows: count again."),
        Mistake({"pod": 63 / 65_535}, "a chip has 256 rows here, not 64."),
        Mistake({"pod": 0.0}, "the anchors of its own chip still reach it: few of 65,535."),
        Mistake({"bytes": 65_536}, "a device need not receive its own part."),
        Mistake({"bytes": 98_304}, "half of this has arrived on the way forward, by the gather."),
        Mistake({"bytes": 12_288}, "these are numbers; a float32 takes 4 bytes."),
        Mistake({"bytes": 16_384}, "this is one part; of d parts a device receives all but one."),
        Mistake({"bytes": 196_608}, "this is all four workers together; one is asked."),
        Mistake({"bytes": 361_350}, "these are the weights' gradients, which are summed anyway."),
    ),
    tolerance=5e-4,
    meaning="Each positive is pulled in full and hardly pushed, and the loss does not show it: "
    "compare gradients with those of one device, not losses alone.",
    fallback="take one positive: who pushes on it, and on which worker do they live?",
)  # fmt: skip
