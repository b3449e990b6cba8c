"""Mentors of both sides: who they are, what they have shown, and how many apprentices they may guide at once."""
