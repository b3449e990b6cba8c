"""Logbooks: each apprentice's in figures, tasks open and late, sign-offs, reflections, attendance and its witnesses."""
