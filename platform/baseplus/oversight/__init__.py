"""Looking at a base from above: reviews and what they ask for, and what is at risk until a person has decided."""
