"""Bases: their sites and regulations, who holds which post, what they decide, and the resources that they share."""
