"""Requests in, responses out: the server, and what reads, answers and counts requests."""
