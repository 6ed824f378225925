"""Explains the answers of decision tables made elsewhere: which rules match a case, and what would lead to another output."""
