"""Names of a policy as names that expressions of every tool can hold: letters, digits and underscores, no word of FEEL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ruleproof.artifacts.names import identifiers
from ruleproof.model.nodes import Policy
from ruleproof.prover.space import Space

_WORDS_OF_FEEL = frozenset(
    re.findall(
        r"\w+",
        """
    abs after all and any append before between ceiling concatenate contains context count date day days decimal distinct
    duration during else even every exp external false finishes flatten floor for function get hour if in includes insert
    instance is item list log loop matches max mean median meets min minute mode modulo month months not now null number odd
    of or overlaps partial product put range remove replace return reverse round satisfies second some sort split sqrt
    starts stddev string sublist substring sum then time today true union upper week weekday with year years
    """,
    )
)
"""Words of the expression language, and of its functions; Python's own words are left out by `identifiers`."""


@dataclass(frozen=True, slots=True)
class Names:
    """For everything that a table names, the name that stands in the table."""

    inputs: Mapping[str, str]
    subjects: Mapping[str, str]
    """Of decisions and requirements."""
    places: Mapping[int, str]
    """Of what is worked out of an input for a column: by the dimension."""


def names_of(policy: Policy, space: Space) -> Names:
    """Give the names of a policy; no two are equal, also where capitals do not count."""
    inputs = [("input", item.name) for item in policy.inputs]
    subjects = [("subject", item.name) for item in policy.decisions]
    subjects += [("subject", item.name) for item in policy.requirements]
    places = {
        place: f"{dimension.input} has {dimension.group_name}" if dimension.group else f"group of {dimension.input}"
        for place, dimension in enumerate(space.dimensions)
    }
    listed = [*inputs, *subjects, *(("place", str(place)) for place in places)]
    texts = [name for _, name in (*inputs, *subjects)] + list(places.values())
    found = dict(zip(listed, _apart(texts), strict=True))
    return Names(
        {name: found["input", name] for _, name in inputs},
        {name: found["subject", name] for _, name in subjects},
        {place: found["place", str(place)] for place in places},
    )


def _apart(texts: list[str]) -> list[str]:
    """Give each text an identifier; texts that are equal, or nearly so, get different ones."""
    found: list[str] = []
    used = set(_WORDS_OF_FEEL)
    for text in texts:
        ((_, name),) = identifiers([text], used, "name").items()
        number = 2
        while name.casefold() in used:
            name, number = f"{name.rstrip('_0123456789') or 'name'}_{number}", number + 1
        used |= {name, name.casefold()}
        found.append(name)
    return found
