"""Speed and memory against bare httpx and json, on the same machine in the same run: `make bench`."""
