"""Training plans as the three sides look at them: who has endorsed which version, what is active, how pilots went."""
