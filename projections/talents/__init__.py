"""From the talent pool to employment: who may be hired, who was, and where they are months later."""
