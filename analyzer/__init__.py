"""Reads browser HARs and server logs, and says which layer failed, with the lines that prove it."""

__version__ = "0.1.0"
