"""Reads OpenAPI documents into one canonical form, in which two of them can be compared by meaning.

values       parts of a document, read with their JSON pointer; a wrong type is reported with it
schemas      the types: references, unions, nullability, limits and notes resolved
documents    the whole document: operations, named types, servers, logins
differences  where two forms differ, with a pointer on each side

The form is plain JSON with one exception: a recursive type is a dict that contains itself. Drift and the changelog
compare documents in this form. Generation must not import it: drift checks generation, so the two read the document
independently, and an import rule keeps it so.
"""
