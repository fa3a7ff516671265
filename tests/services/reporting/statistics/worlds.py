"""Generated and shipped data as observations, for comparing estimators with their peers."""

import random
from collections.abc import Iterable, Sequence

from services.reporting.statistics.risk import Observed

RELAPSE, DEATH, PRISON = CAUSES = ("relapse", "death", "prison")


def ranks(*columns: Iterable[float]) -> tuple[list[int], ...]:
    """The columns with each time as its rank among all of them, 0 for 0: estimators see the order of times only."""
    lists = [[float(value) for value in column] for column in columns]
    order = {value: rank for rank, value in enumerate(sorted({0.0}.union(*lists)))}
    return tuple([order[value] for value in column] for column in lists)


def simulated(seed: int, people: int, *, late: bool = False, again: bool = False) -> list[Observed]:
    """People followed for up to two years, with ties; `late` entry, and prison followed by release `again`."""
    dice = random.Random(seed)
    found: list[Observed] = []
    for _ in range(people):
        entry = dice.randrange(0, 200) if late and dice.random() < 0.4 else 0
        left = entry + 1 + min(int(dice.expovariate(1 / 300)), 730)
        cause = dice.choices([None, *CAUSES], [4, 3, 1, 1])[0]
        found.append(Observed(entry, left, cause))
        if again and cause == PRISON:
            found[-1] = Observed(entry, left)
            back = left + dice.randrange(1, 100)
            found.append(Observed(back, back + dice.randrange(1, 300), dice.choice([None, RELAPSE, DEATH])))
    return found


def durations(observations: Sequence[Observed]) -> tuple[list[int], list[int], list[int]]:
    """Entries, exits, and 0 or the number of the cause, as the peers want them."""
    numbers = {None: 0} | {cause: number for number, cause in enumerate(CAUSES, 1)}
    return (
        [seen.entry for seen in observations],
        [seen.exit for seen in observations],
        [numbers[seen.cause] for seen in observations],
    )
