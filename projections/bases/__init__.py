"""Bases at a glance: where they work, what waits for a decision, what is due, and what stands empty."""
