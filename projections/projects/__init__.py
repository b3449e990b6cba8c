"""Projects as people look them up: where they stand, their gates and products, and ventures in incubation."""
