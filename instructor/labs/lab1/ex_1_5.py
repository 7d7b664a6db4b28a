"""Exercise 1.5, count the parameters."""

from instructor.labs.exercise import Exercise, Part
from instructor.labs.judges import close
from siamese_lib.checks.exercise import Mistake
from siamese_lib.checks.slips import slip


def count_parameters(
    vocabulary_size, embedding_dim, hidden_dim, layers, *,
    gates=4, recurrent=True, biases=1, below=True, embedding=lambda v, e: v * e, towers=1,
):  # fmt: skip
    """biases: of each gate and unit; below: whether a layer reads the one below it."""
    h, total = hidden_dim, embedding(vocabulary_size, embedding_dim)
    for k in range(layers):
        inputs = hidden_dim if k and below else embedding_dim
        total += gates * h * (inputs + h * recurrent + biases)
    return towers * total


_SIZES = ((10, 3, 2, 1), (1000, 16, 8, 2), (50, 4, 7, 3))
_MISTAKES = tuple(
    Mistake(slip(count_parameters, **switches), hint)
    for switches, hint in (
        ({"biases": 0}, "the biases are missing: one for each gate and unit."),
        ({"gates": 3}, "an LSTM has four gates (three gates and the cell's proposal), all with weights."),
        ({"below": False}, "from the second layer on the input is the layer below, hidden_dim numbers."),
        ({"towers": 2}, "both inputs pass through one set of weights: count it once."),
        ({"embedding": lambda v, e: 0}, "the embedding is missing."),
        ({"gates": 1}, "each layer has four such blocks, one for each gate."),
        ({"given": lambda v, e, h, n: (v, e, h, 1)}, "only the first layer is counted."),
        ({"recurrent": False}, "each gate reads the state of the step before too: hidden_dim more inputs."),
        ({"given": lambda v, e, h, n: (v, e, h, n - 1)}, "a layer is missing: range(layers) counts them all, the first one too."),
        ({"biases": 2}, "one bias for each gate and unit, not two."),
        ({"embedding": lambda v, e: (v + 1) * e}, "an embedding has one row for each word, padding included, and no bias."),
        ({"embedding": lambda v, e: v}, "each word of the embedding has embedding_dim numbers."),
        ({"given": lambda v, e, h, n: (v, h, e, n)}, "embedding_dim and hidden_dim are swapped."),
    )
) + (
    Mistake(lambda v, e, h, n: v * e + n * 4 * (e * h + h * h + h) if n == 1 else v * e * n + sum(4 * h * ((h if k else e) + h + 1) for k in range(n)),
            "the embedding is counted for every layer; it is there once."),
    Mistake(lambda v, e, h, n: v * e + sum(4 * h * ((h if k else e) + h) + 4 for k in range(n)), "one bias for each gate is too few: each of its units has one."),
    Mistake(lambda v, e, h, n: v * e + sum(4 * h * (h if k else e) + h * h + h for k in range(n)), "all three terms come four times, the input's weights, the state's and the bias: put them in brackets."),
    Mistake(lambda v, e, h, n: v * e + sum(4 * h * ((h if k else e) + h) + h for k in range(n)), "each of the four gates has biases of its own."),
)  # fmt: skip

# Grading: what it draws and asks, and who judges the answers.


def _sizes(layers):
    def draw(rng):
        return [(*map(int, rng.integers(2, 400, 3)), n) for n in layers]

    return draw


_judge = close(count_parameters, 1e-9)

EXERCISE = Exercise(
    title="count the parameters",
    call="count_parameters",
    right=count_parameters,
    cases=_SIZES,
    mistakes=_MISTAKES,
    meaning="However many inputs are compared, the weights are stored once; most of them stand in the embedding.",
    fallback="write the shapes of one gate's weights down, then multiply.",
    parts=(
        Part("one layer", 8, _sizes((1, 1)), "count_parameters(*case)", _judge),
        Part("several layers", 7, _sizes((2, 3, 5)), "count_parameters(*case)", _judge),
    ),
)
