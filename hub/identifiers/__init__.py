"""How a key is spelt: normalise, check, tell apart. Never looks anything up and never keeps a value."""
