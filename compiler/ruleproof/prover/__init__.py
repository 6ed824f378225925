"""The input space cut into cells, and exact statements about boxes of it.

Always true here: a cell holds values that no condition of the policy can tell apart, a box is a set of cells for each
dimension, and a condition on a box holds always, never or sometimes; nothing is sampled.
"""
