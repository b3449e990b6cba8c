"""The reference in `docs/reference`, made from the declarations: `make reference` writes it."""
