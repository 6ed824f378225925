"""The pages of the findings of `ruleproof import`: what is not in the policy, what it says otherwise, what was chosen."""

from __future__ import annotations

from ruleproof.finding import Severity
from ruleproof.pages import Page

IMPORT_PAGES: tuple[Page, ...] = (
    Page(
        "RP130",
        "not_imported",
        Severity.ERROR,
        """A part of a decision table that an imported policy does not hold, or does not work out: a rule that compares two
        inputs, an input that the language has no values for, a sum, a decision that is an expression.

        Why it matters: the policy and the file may answer differently there.  Where the rule could have decided, the policy
        leaves the case open or has a gap; it never takes the answer of another rule for it without saying so here.
        To mend it: write the cell as a comparison with values, add an input for the fact that it asks, or write the rule by
        hand.
        """,
    ),
    Page(
        "RP131",
        "imported_otherwise",
        Severity.WARNING,
        """A part of a decision table that an imported policy says in another form: an expression as a recorded text, a list
        without its repetitions.

        Why it matters: somebody who compares the two answers letter by letter meets a difference there.
        To mend it: nothing, if the other form will do; else change the file, or the policy by hand.
        """,
    ),
    Page(
        "RP132",
        "chosen_by_import",
        Severity.NOTE,
        """Something that the file does not say and the language needs: the bounds of a number, a value for every text that is
        not named, a unit.

        Why it matters: a claim outside the bounds chosen is refused.
        """,
    ),
)
"""Findings about tables that become policies."""
