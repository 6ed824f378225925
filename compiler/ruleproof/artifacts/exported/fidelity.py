"""What a table of another program cannot say of a policy, sentence by sentence: it is told where the table is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleproof.artifacts.exported.answers import CANNOT_HAPPEN
from ruleproof.artifacts.exported.columns import GROUP
from ruleproof.artifacts.exported.tables import Exported
from ruleproof.artifacts.tables import leaves_of, unsound
from ruleproof.model import nodes as model
from ruleproof.model.meaning import OUTCOME, Answer
from ruleproof.model.nodes import DecisionIs, DecisionIsNothing, HistoryTest
from ruleproof.prover.space import atoms_of

MOST_NAMED = 12
"""How many names of a kind are given; then comes how many there are."""


def what_is_lost(tables: Exported) -> tuple[str, ...]:
    """Give what the tables of a policy do not say, or say in another way."""
    return tuple(_sentences(tables))


def _sentences(tables: Exported) -> Iterator[str]:
    policy = tables.compiled.policy
    if unsound(tables.compiled):
        yield f"Built all the same, with these findings standing: {', '.join(unsound(tables.compiled))}."
    yield from _of_tables(tables)
    yield from _of_rules(policy)
    yield from _of_inputs(tables)
    if policy.code_lists:
        yield (
            f"Code lists ({_listed(item.name for item in policy.code_lists)}) are written out where they are asked for; what "
            "was posted about them, and when, is not here."
        )
    if any(item.revisions for item in policy.sources):
        yield "The tables are the policy as posted last; what it said as posted on an earlier day is not here."
    yield "Citations and the names of rules stand beside the rows; questions, examples, proofs and readings are not here."


def _of_tables(tables: Exported) -> Iterator[str]:
    for table in tables.tables:
        if table.left_out:
            yield f"{table.name} is left out: {table.left_out}."
    kinds = dict.fromkeys(
        answer.kind
        for item in tables.compiled.policy.decisions
        for answer in leaves_of(tables.compiled.graphs[item.name])
        if isinstance(answer, Answer) and answer.kind != OUTCOME
    )
    if kinds:
        yield f"Where a decision gives no outcome, the text says so: {', '.join(kinds)}."
    if any(CANNOT_HAPPEN in table.answers for table in tables.tables):
        yield f"Cases that cannot happen give “{CANNOT_HAPPEN}”, or what a row gives that holds them as well."


def _of_rules(policy: model.Policy) -> Iterator[str]:
    overrides = [item for decision in policy.decisions for rule in decision.rules for item in rule.overrides]
    if overrides:
        yield (
            f"Overrides ({len(overrides)}) are worked out: the rows of a table are disjoint; which rule goes before which, "
            "and why, is not here."
        )
    conditions = (rule.condition for decision in policy.decisions for rule in decision.rules)
    if any(
        isinstance(atom, DecisionIs | DecisionIsNothing) for condition in conditions for atom in atoms_of(condition)
    ):
        yield "A decision that asks another one asks the inputs of that one instead."
    limits = [item.name for item in policy.requirements if item.limit]
    if limits:
        yield f"Limits over the history ({_listed(limits)}) need to be told whether they are reached."


def _of_inputs(tables: Exported) -> Iterator[str]:
    policy, names = tables.compiled.policy, tables.names
    told = [names.inputs[item.name] for item in policy.inputs if isinstance(item.derived, HistoryTest)]
    if told:
        yield f"What came before is worked out elsewhere, and given as true or false: {_listed(told)}."
    yield "A value that is missing is null; a value that is unknown is no case of these tables."
    if policy.presumptions:
        presumed = _listed(names.inputs[item.input] for item in policy.presumptions)
        yield f"What is presumed while it is unknown ({presumed}) is not presumed here."
    by_group = [column.name for column in tables.columns if column.how == GROUP]
    if by_group:
        yield f"Long lists of codes are asked for by group: {_listed(by_group)}."
    shaped = [names.inputs[item.name] for item in policy.asked if _has_a_shape(item)]
    if shaped:
        yield f"Nothing here refuses a value of the wrong shape: {_listed(shaped)}."
    renamed = [
        f"{item.name} is {names.inputs[item.name]}" for item in policy.inputs if names.inputs[item.name] != item.name
    ]
    renamed += [f"{name} is {other}" for name, other in names.subjects.items() if name != other]
    if renamed:
        yield f"Names that expressions cannot hold are changed: {_listed(renamed)}."


def _has_a_shape(item: model.Input) -> bool:
    match item.domain:
        case model.OneCode() | model.SeveralCodes() | model.CodePattern():
            return True
        case model.DecimalNumber(_, _, places):
            return places is not None
        case _:
            return False


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return ", ".join(found[:MOST_NAMED]) + more
