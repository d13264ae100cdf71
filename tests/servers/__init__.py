"""Real servers as oracles: what they logged of known requests must be what the tool reads."""
