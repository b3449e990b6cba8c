"""Projects of a base: from an idea to products, and on to a venture of its own."""
