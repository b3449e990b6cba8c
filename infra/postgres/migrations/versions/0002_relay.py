"""See 0002_relay.sql."""

from infra.postgres.migrate import run_file

revision = "0002_relay"
down_revision: str | None = "0001_store"


def upgrade() -> None:
    run_file("0002_relay.sql")
