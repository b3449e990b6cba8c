"""Skill standards that associations publish and universities adopt, and assessments of apprentices against them."""
