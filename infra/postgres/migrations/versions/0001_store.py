"""See 0001_store.sql."""

from infra.postgres.migrate import run_file

revision = "0001_store"
down_revision: str | None = None


def upgrade() -> None:
    run_file("0001_store.sql")
