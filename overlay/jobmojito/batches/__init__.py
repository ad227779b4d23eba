"""Many rows: read, cut into chunks, sent, matched with their answers, recorded in a journal."""

from jobmojito.lazy import public_names

# Results that 0.1.0 pickled name a module `jobmojito.batches`.
__getattr__, __dir__ = public_names(__name__, {}, rest="results")
