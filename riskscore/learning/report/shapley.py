"""Why a prediction is what it is: sampled Shapley values, exact in their sum.

Groups of features, not single ones, are the players: nine groups a reader can name. A player that
is absent takes the values of a background row. For each of a few background rows the players join
in a random order and again in the reverse order (antithetic, Mitchell et al. 2022); what each adds
is averaged. The sum of the values and the mean prediction of the background is the prediction.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from riskscore.learning.data.panel import Floats, Ints

Predictor = Callable[[Floats], Floats]


def shapley(
    predictor: Predictor,
    x: Floats,
    background: Floats,
    players: Mapping[str, Sequence[int]],
    seed: int,
) -> tuple[float, Floats]:
    """The mean prediction of the background, and (n, players) what each adds to it.

    ``x`` is (n, k), ``background`` (b, k); each player owns some of the k columns.
    """
    generator = np.random.default_rng(seed)
    columns = [np.asarray(owned, np.int64) for owned in players.values()]
    added = np.zeros((len(x), len(columns)))
    start = predictor(background)
    for number, row in enumerate(background):
        order = generator.permutation(len(columns))
        for joining in (order, order[::-1]):
            added += _joined(predictor, x, row, start[number], columns, joining)
    return float(start.mean()), added / (2 * len(background))


def _joined(
    predictor: Predictor,
    x: Floats,
    row: Floats,
    start: float,
    columns: list[Ints],
    order: Ints,
) -> Floats:
    """(n, players) what each adds when all join one background row in this order."""
    steps = np.tile(row, (len(columns), len(x), 1))
    for position, player in enumerate(order):
        steps[position:, :, columns[player]] = x[:, columns[player]]
    predicted = predictor(steps.reshape(-1, x.shape[1])).reshape(len(columns), len(x))
    result = np.zeros((len(x), len(columns)))
    result[:, order] = np.diff(predicted, axis=0, prepend=np.full((1, len(x)), start)).T
    return result
