"""A whole round, driven over HTTP by simulated people, with faults; and what must hold after it."""
