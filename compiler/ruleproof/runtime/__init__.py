"""What runs a policy: the evaluator that every emitted module contains, and the same without a build step.

Always true here: `kernel.py` imports nothing of this package, since its text is pasted into modules that stand alone.
"""
