"""Compiled policy to decision tables as other programs have them: disjoint rows of unary tests, one answer each.

DMN files, workbooks and CSV files are three ways to write the same tables, so that they answer alike by construction.
"""
