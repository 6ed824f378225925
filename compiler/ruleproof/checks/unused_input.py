"""RP209, warning: an input that nothing asks about.

Why it matters: people would gather a fact that changes no answer, or a rule that needs it was forgotten.
To mend it: ask about it in a rule, or take it out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import About, page_of
from ruleproof.finding import Finding
from ruleproof.model.nodes import (
    MEMBER,
    SERVICE_DATE,
    DaysBetween,
    HistoryTest,
    IsIn,
    IsMissing,
    OneCode,
    SeveralCodes,
    SomeIn,
    Within,
)
from ruleproof.model.specialised import JURISDICTION
from ruleproof.prover.space import atoms_of, conditions_of
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def unused_input(study: Study, path: str) -> Iterator[Finding]:
    """Find inputs that no condition asks about, not even one of a definition, a proof, an expected finding or an example."""
    about = About(study, PAGE)
    about.path = path
    policy = study.policy
    asked = {
        atom.input
        for condition in conditions_of(policy)
        for atom in atoms_of(condition)
        if isinstance(atom, IsIn | Within | SomeIn | IsMissing)
    }
    for derived in (item.derived for item in policy.inputs):
        asked |= {derived.first, derived.second} if isinstance(derived, DaysBetween) else set()
        asked |= {*derived.same, str(derived.since)} if isinstance(derived, HistoryTest) else set()
    tested = {item.subject for example in policy.examples for item in example.expected if item.kind == MEMBER}
    systems = {item.system for item in policy.code_lists if item.name in tested}
    for item in policy.inputs:
        if isinstance(item.domain, OneCode | SeveralCodes) and item.domain.system in systems:
            asked |= {item.name, SERVICE_DATE}  # an example asks a code list about it
    if any(area for _, area in policy.documents):
        asked |= {JURISDICTION}  # it says which document counts
    if policy.keys:
        asked |= {SERVICE_DATE}  # it puts a history in order
    for item in policy.inputs:
        if item.name not in asked:
            message = f"nothing asks about the input `{item.name}`"
            yield about.finding(message, at=item.span, help="ask about it in a rule, or take it out")
