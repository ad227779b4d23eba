"""The meaning check of `make drift`: compares the published document with the committed generated code.

declared    the published document with the differences that the corrections declare
loading     imports a generated package from any folder, beside other copies of it
observation a package, read once: its contract file, its tables, its modules
tables      the field and operation tables, in the canonical form of `scripts.contract`
outlines    the names and annotations of a module, as plain JSON
signatures  the names and annotations that a package must have by its tables
offers      the public names of modules
meaning     the whole check; reports: what it found

Nothing here uses the generator, its parser or the code of the corrections, so that a bug there cannot hide itself.
"""
