"""Live updates: what the read models show, told as it comes, by server-sent events from a process of its own."""
