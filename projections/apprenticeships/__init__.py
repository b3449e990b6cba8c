"""Apprentices with their mentors, and what happened to each in its order."""
