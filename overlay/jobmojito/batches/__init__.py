"""Many rows: read, cut into chunks, sent, matched with their answers, remembered in a journal."""

from jobmojito.lazy import public_names

# What 0.1.0 pickled looks for its results here, in a module of this name.
__getattr__, __dir__ = public_names(__name__, {}, rest="results")
