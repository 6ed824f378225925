"""Answers that people can act on: why, why not, what is still missing, what if."""
