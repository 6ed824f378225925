"""RP216, error: a finding was accepted, but the rules that it is about are no longer what they were, or there is no such finding.

Why it matters: what a person looked at and accepted is not what stands there now.
To mend it: look again, and put the fingerprint shown into the `accept` (`seen "…"`); or take the `accept` out.
An `accept` without a fingerprint is a warning, since a later change could not be noticed.
"""

from __future__ import annotations

import sys

from ruleproof.checks.findings import page_of

PAGE = page_of(sys.modules[__name__])
