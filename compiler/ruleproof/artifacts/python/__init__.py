"""How a Python module is written: texts and tables as literals, cells as conditions, graphs as functions, inputs as a class.

Always true here: what an author wrote enters the module only through `text.py`, which escapes it to ASCII.
"""
