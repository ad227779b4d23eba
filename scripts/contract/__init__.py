"""What an OpenAPI document says, in one canonical form, and the difference between two such forms.

values       parts of a document with their JSON pointer; what does not belong there is named by it
schemas      the types: references, unions, nullability, limits and notes resolved
documents    the whole document: operations, named types, servers, logins
differences  where two forms part, with a pointer on each side

The form is plain JSON but for one thing: a type that holds itself is one dict that holds itself. Drift and the
changelog read documents by it. Generation never does: it is the independent reader, and an import rule says so.
"""
