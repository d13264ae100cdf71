"""Pieces of the page: every public module here is one, x.py with x.html.j2 beside it."""
