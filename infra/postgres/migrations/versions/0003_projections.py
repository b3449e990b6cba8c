"""See 0003_projections.sql."""

from infra.postgres.migrate import run_file

revision = "0003_projections"
down_revision: str | None = "0002_relay"


def upgrade() -> None:
    run_file("0003_projections.sql")
