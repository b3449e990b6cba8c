"""Mentors as people look for them: who has room, who is qualified, whom they guide."""
