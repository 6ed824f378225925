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


def _error(code: str, name: str, text: str) -> Page:
    return Page(code, name, Severity.ERROR, text)


LANGUAGE_PAGES: tuple[Page, ...] = (
    _error(
        "RP101",
        "unreadable_file",
        """A file that is no text.

        Why it matters: nothing in it can be checked.
        To mend it: save the file as plain text in UTF-8.
        """,
    ),
    _error(
        "RP102",
        "forbidden_character",
        """A character that does not belong in a policy: a curly quote or a non-breaking space pasted from a word
        processor, or an invisible character that could make a text read otherwise than it means.

        Why it matters: two texts that look alike must mean the same.
        To mend it: retype the character; inside quotes, curly quotes and dashes are welcome.
        """,
    ),
    _error(
        "RP103",
        "unexpected_word",
        """A word, sign or value that cannot stand where it stands.

        Why it matters: the block is not read, so nothing can be said about it.
        To mend it: take the suggested word, or compare the block with its example in the language reference.
        """,
    ),
    _error(
        "RP104",
        "missing_part",
        """A block that ends too early, or lacks a part that it needs, such as a rule without `then`.

        Why it matters: half a rule has no meaning.
        To mend it: add the part that the message names.
        """,
    ),
    _error(
        "RP105",
        "repeated_part",
        """A part that may stand once in a block stands there twice.

        Why it matters: it is not clear which of the two is meant.
        To mend it: keep one, or join the two.
        """,
    ),
    _error(
        "RP106",
        "mixed_and_or",
        """A chain of conditions that mixes `and` with `or`.

        Why it matters: readers disagree about which binds first.
        To mend it: group with `all of (…)` and `any of (…)`.
        """,
    ),
    _error(
        "RP107",
        "too_large",
        """A file, line, text or nesting beyond what is read.

        Why it matters: bounded sizes keep every answer quick and every message readable.
        To mend it: split the policy, name parts of a condition with `define`, or keep long code lists as data.
        """,
    ),
    _error(
        "RP108",
        "unknown_name",
        """A name that is declared nowhere in the policy, or that stands for another kind of thing than is needed here.

        Why it matters: a misspelt name must never be taken for a fact.
        To mend it: take the suggested name, or declare it.
        """,
    ),
    _error(
        "RP109",
        "duplicate_name",
        """A name that is declared twice, or a reserved word used as a name.

        Why it matters: one name must mean one thing, in the text, in the charts and in the evaluators.
        To mend it: rename one of the two; a reserved word may be written in backquotes.
        """,
    ),
    _error(
        "RP110",
        "wrong_type",
        """A test or value that does not fit the kind of its input or decision, such as `genes is yes`.

        Why it matters: such a test can never be answered.
        To mend it: use a test that the input allows.
        """,
    ),
    _error(
        "RP111",
        "outside_domain",
        """A value that the input can never have, or an outcome that the decision cannot give.

        Why it matters: a test on it would silently never hold.
        To mend it: correct the value, or widen what the input or decision allows.
        """,
    ),
    _error(
        "RP112",
        "cycle",
        """Definitions, decisions or overrides that lead back to themselves.

        Why it matters: nothing in the circle can be settled first.
        To mend it: take one of the named steps out.
        """,
    ),
    _error(
        "RP113",
        "empty_policy",
        """A file without a policy in it, or with two.

        Why it matters: a file holds exactly one policy, so that each artifact has one source.
        To mend it: begin with `policy NAME`, and keep each policy in its own file.
        """,
    ),
    _error(
        "RP114",
        "long_quote",
        """A quote after `says` of more than eight words, or of none.

        Why it matters: a quote is a pointer into the source, not a copy of it.
        To mend it: keep the few words that decide.
        """,
    ),
    _error(
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
    _error(
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
    _error(
        "RP122",
        "uneven_row",
        """A rule with more or fewer cells than the table has columns.

        Why it matters: it is not clear which cell belongs to which column, so nothing is claimed of this rule.
        To mend it: give the rule one cell for each input and each output; `-` where an input does not matter.
        """,
    ),
    _error(
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
    _error(
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
    _error(
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

SOURCE_PAGES: tuple[Page, ...] = (
    _error(
        "RP301",
        "ledger_contradiction",
        """A code list whose events cannot all have happened: a code is taken out that is not there, or put in that is there
        already, something is undone that was not done, or a period ends before it begins.

        Why it matters: nobody could say from such a list whether it held a code on a day.
        To mend it: correct the code, the date, or the revision; what a list held before its first event is said with
        `present … before`.
        """,
    ),
    Page(
        "RP302",
        "unknown_code",
        Severity.WARNING,
        """A code, or a range of codes, that the set of its system does not have, or a heading that stands for other codes.

        Why it matters: no claim carries such a code, so what is said of it never counts.
        To mend it: correct the code; a code that was valid in another year may stay.
        """,
    ),
    Page(
        "RP304",
        "code_label_mismatch",
        Severity.WARNING,
        """A code with a label that is not its title.

        Why it matters: the author meant the code or the label, and one of the two is wrong.
        To mend it: correct the label, or the code if the label is what was meant.
        Size of letters and signs between words make no difference.
        """,
    ),
    _error(
        "RP305",
        "unreadable_list",
        """A file of codes or events that is not there, or a row of it that cannot be read or stands there twice.

        Why it matters: a list of which a part is left out says no of codes that it holds.
        To mend it: correct the row; the columns of each kind of file are in the language reference.
        """,
    ),
    _error(
        "RP306",
        "no_code_set",
        """A range of codes, or codes as they are valid on the date of service, where no set of codes says which those are.

        Why it matters: what a range holds depends on which codes there are.
        To mend it: install the set of ICD-10-CM, add a `code set` of the system, or write the codes out.
        """,
    ),
    Page(
        "RP307",
        "labels_not_compared",
        Severity.NOTE,
        """Labels of codes that were not held against the titles, since no set of the codes is here.

        Why it matters: a label that nobody compared may be wrong.
        To mend it: install the set of ICD-10-CM, or add a `code set` of the system with titles.
        """,
    ),
    Page(
        "RP308",
        "code_dates_differ",
        Severity.WARNING,
        """A list that holds a code on days on which the code is not valid, by the set of its system.

        Why it matters: a claim with the code is refused on those days, whatever the list says.
        To mend it: correct the dates, or write `code set of service date`, so that the list follows the set.
        """,
    ),
    Page(
        "RP330",
        "unresolved_import",
        Severity.WARNING,
        """A document that terms are imported from, and that is not here, has not the revision named, or has errors.

        Why it matters: what it decides is then not worked out, but must be given with each claim.
        To mend it: put the policy of that document beside this one, in its folder or a folder next to it.
        """,
    ),
    Page(
        "RP331",
        "elsewhere",
        Severity.NOTE,
        """A list that the source keeps in another document, which is not here.

        Why it matters: the list is neither empty nor without limits; it is somewhere else, and nothing here checks it.
        To mend it: put the policy of that document beside this one; until then check the list by hand.
        """,
    ),
)
"""Findings about sources, dates, code lists and the files beside a policy."""

TIME_PAGES: tuple[Page, ...] = (
    _error(
        "RP311",
        "revisions_overlap",
        """Two revisions of one source that are in force on the same date of service, though neither replaces the other.

        Why it matters: it is not said by which of the two texts a claim is judged.
        To mend it: add `replaces Rev 1` to the later one, or end the earlier one with `until`.
        """,
    ),
    _error(
        "RP312",
        "no_text_here",
        """A rule, proof or comparison that is said of a revision whose text is not in the policy.

        Why it matters: what nobody has put into rules cannot answer, and cannot be compared.
        To mend it: take `no text` out once the text is put into rules, or name another revision.
        """,
    ),
    _error(
        "RP313",
        "text_not_read",
        """The file that holds the text of a revision is not there, or it cannot be one text of the policy: it is another
        policy, it declares an input or decision otherwise, or a block of it names a revision of its own.

        Why it matters: without the text nobody can say what was answered by it.
        To mend it: put the file beside the policy, and declare inputs, decisions and lists as the policy does, or not at all.
        """,
    ),
)
"""Findings about revisions and their texts."""
