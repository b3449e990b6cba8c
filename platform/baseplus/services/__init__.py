"""Services that a base offers, online and offline, from one queue: asked for, scheduled, delivered and rated."""
