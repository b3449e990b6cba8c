"""Baseplus: what happens in a joint base, as events, and the rules that decide them."""
