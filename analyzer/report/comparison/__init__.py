"""Writes a finished comparison of two captures: sentences, comparison.json, the parts of comparison.html."""
