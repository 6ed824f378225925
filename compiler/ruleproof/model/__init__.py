"""The policy as meant: names resolved, kinds checked, tables turned into rules, dates and code lists made plain conditions.

Always true of a model: every name refers to something that is there, every value lies in its domain, nothing leads back to
itself, and what a policy answers depends on the model alone (`meaning.py` says how, in the fewest lines).
"""
