"""See 0006_live.sql."""

from infra.postgres.migrate import run_file

revision = "0006_live"
down_revision: str | None = "0005_together"


def upgrade() -> None:
    run_file("0006_live.sql")
