"""Finds what changed between two published documents, by meaning, and what that means for users of the package.

places    values of a document with their JSON pointers
pairs     an old and a new type side by side, in the canonical form of `scripts.contract`
limits    what two alternatives allow of a value: listed values, formats, patterns, limits
variants  which alternatives of two types correspond, and which are added or removed
schemas   two types compared, with everything inside them; types may be recursive
objects   the other objects of a document: wording, members, keys that no rule knows
exchanges parameters, bodies and answers; access: servers and logins; components: those that nothing uses
contracts two documents compared: every operation, and the document as a whole
rules     every kind of change and its grade
reports   text, Markdown and JSON
impact    the generated names that are added, removed or changed
"""
