"""RP215, error: the policy expects a finding that there is not.

Why it matters: a teaching file or a literal reading claims a fault of the source that it does not show.
To mend it: take the expectation out, or correct what it names.
"""

from __future__ import annotations

import sys

from ruleproof.checks.findings import page_of

PAGE = page_of(sys.modules[__name__])
