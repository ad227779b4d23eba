"""Files and how they are read, fetched, compared and replaced, for every script."""
