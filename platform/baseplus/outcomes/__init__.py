"""Outcome returns: what a university reports of those who completed, a year and a category at a time."""
