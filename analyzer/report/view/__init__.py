"""The contract of the templates: what each one may read, already worded, formatted and cut; no template computes."""
