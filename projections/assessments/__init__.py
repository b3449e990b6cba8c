"""Assessments as people look them up."""
