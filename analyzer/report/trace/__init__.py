"""Writes all about one correlation id: lines for a terminal, trace.json, the parts of trace.html."""
