"""The hard exercise of the notebook on failing runs: a line to find, and an end to foresee."""

from siamese_lib.checks.exercise import Exercise, Mistake

_LINE = "that line is as it should be. Print the shape of each name, one by one."
_SHARE = 1 / 4  # of genuine pairs

# Every pair pays q d^2 + (1 - q) (1 - d)^2, whatever it is: least at d = 1 - q, and then q (1 - q).
HARD = Exercise(
    "the eleventh failure",
    {"line": 3, "distance": 1 - _SHARE, "loss": _SHARE * (1 - _SHARE)},
    mistakes=(
        Mistake({"line": 1}, _LINE),
        Mistake({"line": 2}, "rolling whole rows, axis=0, is right; k = 0 leaves each with its "
                "own letter. Print the shape of each name."),
        Mistake({"line": 4}, _LINE),
        Mistake({"line": 5}, "here it goes wrong, but the formula is right. Which of its names has "
                "a shape that does not fit?"),
        Mistake({"line": 6}, "the mean is right; which shape has what it is taken of?"),
        Mistake({"distance": 0.0}, "all in one point pays what every impostor pair costs, 3/4 of "
                "all entries; a little farther apart is cheaper."),
        Mistake({"distance": 1.0}, "at the margin every entry pays for the genuine quarter; a "
                "little nearer is cheaper."),
        Mistake({"distance": 1 / 2}, "that would hold if half of the labels were genuine: here "
                "three entries push for each one that pulls."),
        Mistake({"distance": 1 / 4}, "the weights are swapped: a quarter of the labels pulls, "
                "three quarters push."),
        Mistake({"loss": 0.0}, "no distance is free: the same pair is pulled and pushed."),
        Mistake({"loss": 3 / 4}, "this is the loss of a collapse, all distances 0; the run finds a "
                "cheaper one."),
        Mistake({"loss": 1 / 4}, "this is the loss with all distances at the margin (or with half "
                "of the labels genuine); put your distance in."),
        Mistake({"loss": 7 / 16}, "the weights are swapped: a quarter of the labels pulls, three "
                "quarters push."),
        Mistake({"loss": 9 / 64}, "this is the pull alone; the push pays as well."),
        Mistake({"loss": 3 / 64}, "this is the push alone; the pull pays as well."),
        Mistake({"loss": 5 / 8}, "both are weighted: a quarter of the labels pulls, three quarters "
                "push."),
    ),
    tolerance=5e-3,
    meaning="Each label was laid over every pair, so no pair has a label of its own. A loss that "
    "has to stay above 0 by a formula says: look at shapes.",
    fallback="write down two energies and two labels of shape (2, 1), and multiply them.",
)  # fmt: skip
