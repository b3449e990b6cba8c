"""Apprenticeships, from enrolment to completion or exit, each with a mentor on either side."""
