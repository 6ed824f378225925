"""A policy with a table of a thousand rules over ten inputs, for the tests and measures of SQL: parts of a whole, at random."""

from __future__ import annotations

import random
from collections.abc import Iterator

Part = tuple[tuple[tuple[int, int], ...], int]
"""The first and the last number of each input, and the number of the outcome."""

OUTCOMES = 7
LARGEST = 999


def parts(rules: int, inputs: int, chance: random.Random, places: int = 3) -> list[Part]:
    """Cut the whole in two at random places until there are so many parts; their outcomes are drawn."""
    found: list[tuple[tuple[int, int], ...]] = [((0, LARGEST),) * inputs]
    cuts = [sorted(chance.sample(range(1, LARGEST), places)) for _ in range(inputs)]
    while len(found) < rules:
        place = chance.randrange(len(found))
        part = found[place]
        column = chance.randrange(inputs)
        low, high = part[column]
        between = [cut for cut in cuts[column] if low < cut <= high]
        if not between:
            continue
        cut = chance.choice(between)
        found[place] = (*part[:column], (low, cut - 1), *part[column + 1 :])
        found.append((*part[:column], (cut, high), *part[column + 1 :]))
    return [(part, chance.randrange(OUTCOMES)) for part in found]


def policy_of(rules: list[Part]) -> str:
    """Give the text of the policy."""
    return "\n".join(_lines(rules)) + "\n"


def _lines(rules: list[Part]) -> Iterator[str]:
    inputs = len(rules[0][0])
    yield "policy large"
    for number in range(inputs):
        yield f"input amount_{number} is whole number from 0 to {LARGEST}"
    yield f"decision d gives one of {', '.join(f'o{number}' for number in range(OUTCOMES))}"
    yield "table T for d"
    yield f"  | rule | {' | '.join(f'amount_{number}' for number in range(inputs))} | outcome |"
    for number, (part, outcome) in enumerate(rules):
        cells = (
            "-" if bounds == (0, LARGEST) else f"{bounds[0]}..{bounds[1]}" if bounds[0] < bounds[1] else f"{bounds[0]}"
            for bounds in part
        )
        yield f"  | R{number} | {' | '.join(cells)} | o{outcome} |"
