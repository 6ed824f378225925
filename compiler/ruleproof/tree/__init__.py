"""The policy as written: one shape for each construct of the grammar, each with its exact place in the text.

Always true of a tree: every name and value is as the author typed it, nothing is resolved, nothing is filled in, and a
block that could not be read is absent and has a finding.
"""
