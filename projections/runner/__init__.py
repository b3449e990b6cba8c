"""What keeps every read model: batches, checkpoints, parking, rebuilds."""
