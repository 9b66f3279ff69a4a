"""Identity data is kept apart: who holds no key file can neither read it nor look it up. Never knows a database."""
