"""Runtime of the low-level client, kept as plain Python so that it is linted, typed and tested like the rest.

`scripts.generate` copies every module beside this file into `jobmojito_api` unchanged.
"""
