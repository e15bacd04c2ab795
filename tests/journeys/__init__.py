"""Whole errands in a real browser, against the real application."""
