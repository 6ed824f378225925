"""Decision tables made elsewhere as policy text: names and values, inputs, rows, what each hit policy becomes.

Always true here: what the language cannot say is remarked, and never left out in silence; equal tables give equal text.
"""
