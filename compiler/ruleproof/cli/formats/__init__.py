"""Findings as text for people, and in the forms that other programs read.

Each form is a function from a report to text; none of them prints.
"""
