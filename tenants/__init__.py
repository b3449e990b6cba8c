"""Who owns a history: universities and organisations, and what they may do."""
