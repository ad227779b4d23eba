"""The codec of the low-level client: what it keeps, what it tells, and what it costs to be wrong."""
