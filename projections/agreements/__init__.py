"""Agreements with their signatures, and what the parties owe each other."""
