"""The keys by which people and programs come in: who each stands for, until when, and that it was revoked."""
