"""A policy as SQL: tests of columns, the questions of a graph as one CASE, and the statements around them.

Always true here: a name or a text of an author enters a statement in quotes, with its own quotes doubled; a test of a
column is true or not, and where it is null the row goes the way of what is missing; equal policies give equal bytes.
"""
