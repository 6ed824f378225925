"""RP208, note: a rule that could be taken out without changing any answer.

Why it matters: two sentences of the source say the same; if one of them changes, the other still decides.
To mend it: nothing needs mending where each rule stands for a sentence of its own; else take one out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ruleproof.checks.findings import About, backquoted, in_a_row, page_of, rules_named
from ruleproof.checks.unreachable_rule import plays_a_part
from ruleproof.finding import Finding
from ruleproof.model.meaning import resolve
from ruleproof.prover.study import Study

PAGE = page_of(sys.modules[__name__])


def redundant_rule(study: Study, path: str) -> Iterator[Finding]:
    """Find rules that others make superfluous, though they do give answers."""
    about = About(study, PAGE)
    about.path = path
    for landscape in study.landscapes:
        for rule in landscape.decision.rules:
            holdings = [holding for holding in landscape.boxes if rule.name in holding]
            without = {holding: resolve(landscape.decision, holding - {rule.name}) for holding in holdings}
            changes = any(landscape.answers[holding].said != answer.said for holding, answer in without.items())
            if not holdings or changes or not any(plays_a_part(landscape, rule, holding) for holding in holdings):
                continue
            others = rules_named(landscape.decision, {name for answer in without.values() for name in answer.rules})
            same = in_a_row(backquoted(other.name for other in others))
            message = f"taking out `{rule.name}` changes no answer: the same is said by {same}"
            yield about.finding(message, decision=landscape.decision.name, rules=[rule, *others])
