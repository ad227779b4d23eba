"""The meaning check of `make drift`: the published document on one side, the committed generated code on the other.

declared    the published document with what the corrections declare, and nothing else of them
loading     imports a generated package from any folder, beside any other copy
observation a package, read once: its contract file, its tables, its modules
tables      what machines go by, in the canonical form of `scripts.contract`
outlines    what people and type checkers see of a module, as plain JSON
signatures  what they must see, written down from the tables alone
offers      what modules offer, under which names
meaning     the whole check; reports: what it found

Nothing here uses the generator, its parser or the code of the corrections: a mistake there must not hide here.
"""
