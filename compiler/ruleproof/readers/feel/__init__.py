"""The part of FEEL, the expression language of DMN, that decision tables need: read, worked out, and no more than that."""
