"""The hard exercise of the notebook on signatures: what does another enrolled signature buy?"""

from siamese_lib.checks.exercise import Exercise, Mistake

_NOISE = "the claim itself scatters too: its own 1 is always there."

# In units of a genuine signature's mean squared distance from its writer's centre. A forgery's
# centre is 1 away from the writer's, squared, and it scatters as much.
HARD = Exercise(
    "five enrolled, two ways to compare",
    {"each": 2.0, "middle": 1.2, "forged_each": 3.0, "forged_middle": 2.2, "gain": 2.2 / 1.2 / 1.5},
    mistakes=(
        Mistake({"each": 1.2}, "this is what the middle of five gives. To each of them it is twice "
                "the scatter, however many there are."),
        Mistake({"each": 1.0}, "both scatter, the claim and the enrolled one: their squares add "
                "up."),
        Mistake({"each": 0.4}, "the mean of five equal numbers is that number, not a fifth of it."),
        Mistake({"each": 10.0}, "this is the sum over the five; their mean is asked."),
        Mistake({"each": 2**0.5}, "squared distances are asked: squares add up, no root is taken."),
        Mistake({"middle": 0.2}, _NOISE),
        Mistake({"middle": 1.0}, "the middle of five scatters as well, if less: by a fifth."),
        Mistake({"middle": 2.0}, "this is the distance to each; the scatter of a mean of five is a "
                "fifth."),
        Mistake({"middle": 1 + 5**-0.5}, "squares of a mean shrink by 5, lengths by its root."),
        Mistake({"middle": 0.4}, _NOISE + " Only the middle's share becomes a fifth."),
        Mistake({"forged_each": 1.0}, "the forgery lies 1 away from the centre and scatters, and "
                "the enrolled one scatters too."),
        Mistake({"forged_each": 2.0}, "add the 1 between the centres to what genuine ones have."),
        Mistake({"forged_each": 2 + 1 / 5}, "this is for the middle; each enrolled one brings its "
                "whole scatter."),
        Mistake({"forged_middle": 3.0}, "this is the distance to each; the middle scatters by a "
                "fifth."),
        Mistake({"forged_middle": 2.0}, "the middle of five scatters as well, if less: by a "
                "fifth."),
        Mistake({"forged_middle": 1.2}, "add the 1 between the centres."),
        Mistake({"gain": 1.5}, "this is the ratio for each alone; divide that of the middle by "
                "it."),
        Mistake({"gain": 2.2 / 1.2}, "this is the ratio for the middle alone; divide it by the "
                "other ratio."),
        Mistake({"gain": 1.5 / (2.2 / 1.2)}, "upside down: the middle's ratio stands above the "
                "line."),
    ),
    tolerance=2e-3,
    meaning="Distances to each keep the enrolled ones' scatter; their middle averages it away.",
    fallback="write claim = centre + own scatter, enrolled = centre + own scatter: which parts "
    "remain in the difference, and how large is each one's mean square?",
)  # fmt: skip
