"""The keys of a tenant, for whoever keeps them: what each is for and whether it still opens. Never a secret or hash."""
