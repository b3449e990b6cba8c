"""Grievances, for those alone who handle them."""
