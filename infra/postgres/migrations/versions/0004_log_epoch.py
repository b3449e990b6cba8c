"""See 0004_log_epoch.sql."""

from infra.postgres.migrate import run_file

revision = "0004_log_epoch"
down_revision: str | None = "0003_projections"


def upgrade() -> None:
    run_file("0004_log_epoch.sql")
