"""The HTTP API: every route that is declared, served alike, and every refusal as a problem (RFC 9457)."""
