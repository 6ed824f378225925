"""What the auditor opens: one HTML file for a set of policies, which needs no server, no network and no program of ours.

Always true of the page: every text of an author is escaped on its way in, the only scripts and styles are our own and are
named by their hashes in the page's security policy, nothing is fetched, and equal policies give equal bytes.
"""
