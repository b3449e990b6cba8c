"""Certificates as people look them up: what was awarded, on which evidence, and what is void."""
