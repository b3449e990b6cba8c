"""What apprentices cost, brought back and took away with them: accounts, entries and return statements."""
