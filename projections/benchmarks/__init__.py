"""Indicators: what they mean, a university's own figures, and where it stands among its peers in releases."""
