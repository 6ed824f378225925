"""Engines for many machines: one function over Arrow batches that can be sent to workers, and what Spark needs around it.

Always true here: what is sent is the policy in its compiled form, so that no worker compiles; a row of claims comes out as one
row, in its place, judged as `decide` judges it or with the reason why it cannot be; and no engine is loaded before it is asked
for.
"""
