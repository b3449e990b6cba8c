"""Files of others that become events."""
