"""Checks of an untrusted OpenAPI document, before anything is made of it.

The document feeds a code generator: whoever can change it could write code into our users' processes, send their tokens
elsewhere, or show reviewers something else than what is there. Each module here is one kind of danger:

    limits      too large or too deep            references  pointing elsewhere, nowhere or round in circles
    texts       characters that deceive          validity    not OpenAPI 3.1
    servers     hosts that nobody agreed to      names       names that make no safe code, or (`collisions`) one of two
    patterns    expressions that never end

They run in this order, and a document that fails one is not shown to the next: later ones rely on earlier ones.
"""
