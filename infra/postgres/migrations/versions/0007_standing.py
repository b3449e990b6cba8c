"""See 0007_standing.sql."""

from infra.postgres.migrate import run_file

revision = "0007_standing"
down_revision: str | None = "0006_live"


def upgrade() -> None:
    run_file("0007_standing.sql")
