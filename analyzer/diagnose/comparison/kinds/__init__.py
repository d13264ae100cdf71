"""One kind of difference per module: a module exports KIND, and is found by being here."""
