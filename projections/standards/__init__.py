"""Skill standards: what an association has published, and what a university has adopted."""
