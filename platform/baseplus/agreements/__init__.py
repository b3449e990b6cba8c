"""Agreements that bind a school, enterprises and others to a base, and whose obligations events fulfil."""
