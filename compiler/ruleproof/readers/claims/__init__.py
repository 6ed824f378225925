"""Claims as the trade keeps them: column mappings, the RIF layout, X12 837 and FHIR, read into lines of named fields.

Always true here: a reader gives one value for each claim line, or says why there is none; nothing that stands in a file is
guessed at, least of all a date; memory depends on the longest claim that is allowed, never on how many there are.
"""
