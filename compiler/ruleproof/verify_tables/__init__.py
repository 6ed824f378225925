"""A second, short and dumb program that checks the certificates of decision tables (those of policies: `verify.py`).

Always true here: no line of the prover, the readers or the model is used; what is said is said of the certificate alone.
"""
