"""Carrying out reactions: read what happened, send what follows, remember how far it has come."""
