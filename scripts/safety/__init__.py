"""Checks an untrusted OpenAPI document before it is used.

The document feeds a code generator: whoever can change it could write code into our users' processes, send their tokens
elsewhere, or hide changes from reviewers. Each module here checks for one kind of danger:

    limits      too large or too deep            references  external, dangling or circular
    texts       hidden characters                validity    not OpenAPI 3.1
    servers     hosts that nobody agreed to      names       names unsafe in code, or (`collisions`) equal in code
    patterns    slow regular expressions

A document that fails one check is not given to the next: later checks rely on earlier ones.
"""
