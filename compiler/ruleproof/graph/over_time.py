"""A policy as it was known, from one posting to the next: its graphs over the cells that all its texts share."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ruleproof.graph.from_model import graph_of_decision, graph_of_requirement
from ruleproof.graph.nodes import Graph
from ruleproof.model.nodes import Policy
from ruleproof.prover.expressions import Compiler
from ruleproof.prover.space import Space
from ruleproof.prover.study import Study


@dataclass(frozen=True, eq=False)
class Epoch:
    """What was known of a policy from one day of posting until the next."""

    before: datetime.date | None
    """The next day of posting: the epoch is all days before it that are in no earlier epoch; `None` for the latest."""
    policy: Policy
    compiler: Compiler

    @cached_property
    def exact_graphs(self) -> Mapping[str, Graph]:
        """For each decision and requirement the graph with a leaf (`None`) for cases that cannot happen."""
        decisions = {
            item.name: graph_of_decision(self.policy, item, self.compiler, exact=True) for item in self.policy.decisions
        }
        return decisions | {
            item.name: graph_of_requirement(self.policy, item, self.compiler) for item in self.policy.requirements
        }


def epochs_of(study: Study) -> tuple[Epoch, ...]:
    """Give the epochs of a policy in the order of time, the latest last; all share one space."""
    earlier = study.earlier()
    if not earlier:
        return (Epoch(None, study.policy, study.compiler),)
    space = Space(study.policy, *(policy for _, policy in earlier))
    same = space.dimensions == study.space.dimensions
    space = study.space if same else space
    return (
        *(Epoch(before, policy, Compiler(space, policy)) for before, policy in earlier),
        Epoch(None, study.policy, study.compiler if same else Compiler(space, study.policy)),
    )
