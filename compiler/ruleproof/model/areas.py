"""Where a policy binds: its areas are values of an input that it then has, and its numbers may differ between them."""

from __future__ import annotations

from ruleproof.model.declared import Declared
from ruleproof.model.specialised import JURISDICTION
from ruleproof.tree import nodes as tree


def declare_areas(declared: Declared) -> None:
    """Declare the input `jurisdiction` of a policy that names its areas; remark numbers of areas that it has not."""
    header = next((block for block in declared.tree.blocks if isinstance(block, tree.Policy)), None)
    areas: tuple[tree.Name, ...] = ()
    for clause in header.clauses if header is not None else ():
        if isinstance(clause, tree.Jurisdiction) and clause.areas and not areas:
            areas = clause.areas
            name = tree.Name(clause.span, JURISDICTION)
            ask = tree.Ask(clause.span, tree.Text(clause.span, "In which area is the claim judged?"))
            declared.declare(tree.Input(clause.span, name, None, tree.OneOf(clause.span, areas), (ask,)))
    for clause in header.clauses if header is not None else ():
        for number in clause.ids if isinstance(clause, tree.Document) else ():
            if number.area is not None and number.area.text not in [area.text for area in areas]:
                there = ", ".join(f"`{area.text}`" for area in areas)
                help = f"there is {there}" if areas else "name the areas: `jurisdiction JF, JE`"
                message = f"`{number.area.text}` is no area of this policy"
                declared.report("unknown_name", number.area.span, message, help)


def jurisdiction_of(header: tree.Policy) -> str:
    """Give where a policy binds, in words."""
    for clause in header.clauses:
        if isinstance(clause, tree.Jurisdiction):
            return clause.text.text if clause.text is not None else ", ".join(area.text for area in clause.areas)
    return ""


def documents_of(header: tree.Policy) -> tuple[tuple[str, str], ...]:
    """Give the numbers that a policy goes by, each with its area; empty for all areas."""
    return tuple(
        (number.name.text, number.area.text if number.area is not None else "")
        for clause in header.clauses
        if isinstance(clause, tree.Document)
        for number in clause.ids
    )
