"""Read models: one folder each, built from events alone, and the runner that keeps them."""
