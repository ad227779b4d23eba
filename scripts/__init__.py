"""The project's tools: each is run as `python -m scripts.NAME`."""
