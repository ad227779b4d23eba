"""`python -m jobmojito` is the command `jobmojito`."""

import sys

from jobmojito.cli import main

if __name__ == "__main__":
    sys.exit(main())
