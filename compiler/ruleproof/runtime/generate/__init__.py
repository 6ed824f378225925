"""Made-up claims that try a policy: every rule, override and bound, and on request noise and faults.

Always true here: the same policy, seed and rates give the same claims; a claim that is not made to be faulty is one that the
evaluator takes; a claim made for something does hit it.
"""

from ruleproof.runtime.generate.generating import Generated, Generator, NothingCanHappenError, Rates

__all__ = ["Generated", "Generator", "NothingCanHappenError", "Rates"]
