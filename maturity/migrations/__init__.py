"""The database's history: one revision a change of its tables."""
