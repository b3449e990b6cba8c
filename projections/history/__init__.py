"""A tenant's history, to be read by people: every event, newest first."""
