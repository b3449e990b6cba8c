"""Made-up universities that live for years in minutes: agents with plausible lives who send commands like anybody else.

Agents plan, and read the news of their university; what they plan is pure and made of a seed. One runner sends it
through the same store as HTTP does, and moves the clock that the reactions are asked by.
"""
