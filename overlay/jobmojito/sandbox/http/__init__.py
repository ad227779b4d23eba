"""The server, and the reading, answering and counting of requests."""
