"""Asking and answering: instruments, assessments, answers."""
