"""The pages of findings about sources, dates, code lists and the files beside a policy."""

from __future__ import annotations

from ruleproof.finding import Severity
from ruleproof.pages import Page, error_page

SOURCE_PAGES: tuple[Page, ...] = (
    error_page(
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
    error_page(
        "RP305",
        "unreadable_list",
        """A file of codes or events that is not there, or a row of it that cannot be read or stands there twice.

        Why it matters: a list of which a part is left out says no of codes that it holds.
        To mend it: correct the row; the columns of each kind of file are in the language reference.
        """,
    ),
    error_page(
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
    error_page(
        "RP311",
        "revisions_overlap",
        """Two revisions of one source that are in force on the same date of service, though neither replaces the other.

        Why it matters: it is not said by which of the two texts a claim is judged.
        To mend it: add `replaces Rev 1` to the later one, or end the earlier one with `until`.
        """,
    ),
    error_page(
        "RP312",
        "no_text_here",
        """A rule or proof that is said of a revision whose text is not in the policy.

        Why it matters: what nobody has put into rules cannot answer, and cannot be compared.
        To mend it: take `no text` out once the text is put into rules, or name another revision.
        """,
    ),
    error_page(
        "RP313",
        "text_not_read",
        """The file of a revision's text is not there, or is no text of this policy: it belongs to another policy, declares an
        input or decision otherwise, or names a revision of its own.

        Why it matters: without the text nobody can say what was answered by it.
        To mend it: put the file beside the policy, and declare inputs and decisions as the policy does, or not at all.
        """,
    ),
)
"""Findings about revisions and their texts."""
