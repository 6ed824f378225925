"""The text of a source as it was published: its paragraphs, their ids, and an index of them that holds no text.

Always true of this stage: it knows nothing of policies; equal texts give equal ids and equal hashes, whatever their line
breaks, quotes, dashes, hyphens and page furniture.
"""
