"""Open-data maturity assessment for election offices."""
