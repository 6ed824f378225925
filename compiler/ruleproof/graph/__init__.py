"""The policy as decision graphs: ask one input after the other, reach a leaf.

Always true of a graph: no path asks an input twice, no question has branches that all lead to the same place, equal parts
are the same object.
"""
