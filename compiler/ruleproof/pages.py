"""The pages of the findings: for each code its name, how bad it is, and the text that `ruleproof rule CODE` prints.

Findings about the language are described here; each check of `checks/` is described by its own docstring.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruleproof.finding import Severity


@dataclass(frozen=True, slots=True)
class Page:
    """What a finding means: `text` says what it is, why it matters and how to mend it."""

    code: str
    name: str
    severity: Severity
    text: str


def error_page(code: str, name: str, text: str) -> Page:
    return Page(code, name, Severity.ERROR, text)


LANGUAGE_PAGES: tuple[Page, ...] = (
    error_page(
        "RP101",
        "unreadable_file",
        """A file that is no text.

        Why it matters: nothing in it can be checked.
        To mend it: save the file as plain text in UTF-8.
        """,
    ),
    error_page(
        "RP102",
        "forbidden_character",
        """A character that does not belong in a policy: a curly quote or a non-breaking space pasted from a word
        processor, or an invisible character that could make a text read otherwise than it means.

        Why it matters: two texts that look alike must mean the same.
        To mend it: retype the character; inside quotes, curly quotes and dashes are welcome.
        """,
    ),
    error_page(
        "RP103",
        "unexpected_word",
        """A word, sign or value that cannot stand where it stands.

        Why it matters: the block is not read, so nothing can be said about it.
        To mend it: take the suggested word, or compare the block with its example in the language reference.
        """,
    ),
    error_page(
        "RP104",
        "missing_part",
        """A block that ends too early, or lacks a part that it needs, such as a rule without `then`.

        Why it matters: half a rule has no meaning.
        To mend it: add the part that the message names.
        """,
    ),
    error_page(
        "RP105",
        "repeated_part",
        """A part that may stand once in a block stands there twice.

        Why it matters: it is not clear which of the two is meant.
        To mend it: keep one, or join the two.
        """,
    ),
    error_page(
        "RP106",
        "mixed_and_or",
        """A chain of conditions that mixes `and` with `or`.

        Why it matters: readers disagree about which binds first.
        To mend it: group with `all of (…)` and `any of (…)`.
        """,
    ),
    error_page(
        "RP107",
        "too_large",
        """A file, line, text or nesting beyond what is read.

        Why it matters: bounded sizes keep every answer quick and every message readable.
        To mend it: split the policy, name parts of a condition with `define`, or keep long code lists as data.
        """,
    ),
    error_page(
        "RP108",
        "unknown_name",
        """A name that is declared nowhere in the policy, or that stands for another kind of thing than is needed here.

        Why it matters: a misspelt name must never be taken for a fact.
        To mend it: take the suggested name, or declare it.
        """,
    ),
    error_page(
        "RP109",
        "duplicate_name",
        """A name that is declared twice, or a reserved word used as a name.

        Why it matters: one name must mean one thing, in the text, in the charts and in the evaluators.
        To mend it: rename one of the two; a reserved word may be written in backquotes.
        """,
    ),
    error_page(
        "RP110",
        "wrong_type",
        """A test or value that does not fit the kind of its input or decision, such as `genes is yes`.

        Why it matters: such a test can never be answered.
        To mend it: use a test that the input allows.
        """,
    ),
    error_page(
        "RP111",
        "outside_domain",
        """A value that the input can never have, or an outcome that the decision cannot give.

        Why it matters: a test on it would silently never hold.
        To mend it: correct the value, or widen what the input or decision allows.
        """,
    ),
    error_page(
        "RP112",
        "cycle",
        """Definitions, decisions or overrides that lead back to themselves.

        Why it matters: nothing in the circle can be settled first.
        To mend it: take one of the named steps out.
        """,
    ),
    error_page(
        "RP113",
        "empty_policy",
        """A file without a policy in it, or with two.

        Why it matters: a file holds exactly one policy, so that each artifact has one source.
        To mend it: begin with `policy NAME`, and keep each policy in its own file.
        """,
    ),
    error_page(
        "RP114",
        "long_quote",
        """A quote after `says` of more than eight words, or of none.

        Why it matters: a quote is a pointer into the source, not a copy of it.
        To mend it: keep the few words that decide.
        """,
    ),
    error_page(
        "RP115",
        "no_service_date",
        """A date of service is used, but the policy has no input `service_date`.

        Why it matters: without a date of service nobody can say which text is in force.
        To mend it: add `input service_date is date from 2015-01-01` (or the earliest date that matters).
        """,
    ),
    Page(
        "RP116",
        "unguarded_not",
        Severity.WARNING,
        """A negative test on an input that may be missing, with no test of presence beside it.

        Why it matters: `not` is plain negation, so the test holds for a missing value too.
        To mend it: add `and NAME is present` (or `or NAME is missing`, to say that it is meant).
        """,
    ),
)

TABLE_PAGES: tuple[Page, ...] = (
    error_page(
        "RP120",
        "unreadable_table",
        """A file of decision tables, or one table in it, that cannot be read at all: broken XML, another format, a document
        type or entities, a header without columns, an unknown hit policy, too large a file.

        Why it matters: nothing is proved about what was not read.
        To mend it: follow the message; export the table again from the tool that made it.
        """,
    ),
    Page(
        "RP121",
        "unreadable_cell",
        Severity.WARNING,
        """A cell beyond what is proved exactly: a function of FEEL, another expression language, a formula, merged cells, a
        value of another type than its column, or a text that is no unary test.

        Why it matters: whether its rule matches is not known, so wherever that matters the answer is *not decided*; all other
        rules are still analysed.
        To mend it: write the cell as a comparison, an interval, a list, `not(…)` or `-`.
        """,
    ),
    error_page(
        "RP122",
        "uneven_row",
        """A rule with more or fewer cells than the table has columns.

        Why it matters: it is not clear which cell belongs to which column, so nothing is claimed of this rule.
        To mend it: give the rule one cell for each input and each output; `-` where an input does not matter.
        """,
    ),
    error_page(
        "RP123",
        "unknown_reference",
        """A requirement, an import or a type that leads nowhere.

        Why it matters: what is behind it cannot be taken into account.
        To mend it: correct the reference, or add the file that holds it beside this one.
        """,
    ),
    Page(
        "RP124",
        "missing_id",
        Severity.WARNING,
        """An element of a DMN model without an id or a name, or with the id of another element.

        Why it matters: nothing can require it, or it is not clear which one is required.
        To mend it: give it an id, or save the model again with a DMN editor.
        """,
    ),
    error_page(
        "RP125",
        "cyclic_requirement",
        """Decisions, or types, that require themselves.

        Why it matters: none of them can be worked out first.
        To mend it: take out one of the requirements named.
        """,
    ),
    Page(
        "RP126",
        "unknown_type",
        Severity.NOTE,
        """A type that is neither of FEEL nor defined in the file.

        Why it matters: the type is taken from the cells instead.
        To mend it: use a type of FEEL, or define the type.
        """,
    ),
    error_page(
        "RP127",
        "outside_values",
        """An output cell with a value that its output may not have.

        Why it matters: an engine answers with an error where this rule applies.
        To mend it: correct the cell, or add the value to the output values.
        """,
    ),
    Page(
        "RP128",
        "no_priorities",
        Severity.WARNING,
        """A table with the hit policy PRIORITY or OUTPUT ORDER that does not list its output values.

        Why it matters: the order of the output values is the order of priority; without it, the first rule is taken.
        To mend it: list the output values, the most important first, or use the hit policy FIRST or RULE ORDER.
        """,
    ),
    Page(
        "RP129",
        "no_table",
        Severity.NOTE,
        """A file without a decision table.

        Why it matters: there is nothing in it to prove.
        To mend it: nothing, if it only holds types or expressions for other files.
        """,
    ),
)
"""Findings about decision tables made elsewhere."""
