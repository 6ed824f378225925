"""How charts are made: a graph becomes steps in reading order, steps become sections, sections become charts.

Always true here: what a chart says of a case that can happen is what the graph says, and every text comes from the policy.
"""
