"""Files with many claims: read in batches, judged by columns, and written row by row as they come.

Always true here: memory depends on the size of a batch, never on that of a file; every row of a file is either judged or in
the file of rejects; and nothing is seen under its name before it is whole.
"""
