"""Many claim lines at once, as columns: each value is put into its cell once, and the answers are looked up.

Always true here: a row is judged exactly as `decide` judges its values; a row that cannot be judged is counted and listed
with the reason that `decide` gives; memory depends on the size of a batch and of the policy, never on how many there are.
NumPy and pyarrow are loaded by this package alone (the extra `columns`), so nothing imports it before a table is decided.
"""

try:
    import numpy
    import pyarrow
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"tables of claims need {error.name}: pip install 'ruleproof[columns]'", name=error.name
    ) from error

__all__ = ["numpy", "pyarrow"]
