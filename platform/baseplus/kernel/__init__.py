"""What every capability is made of: events, decisions, refusals, vocabulary. Nothing here does I/O."""
