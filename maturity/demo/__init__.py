"""Made-up data for trying the application: 553 offices, two rounds, one sign-in per role.

Everything here is invented from a seed; no number says anything about a real office.
"""
