"""See 0005_together.sql."""

from infra.postgres.migrate import run_file

revision = "0005_together"
down_revision: str | None = "0004_log_epoch"


def upgrade() -> None:
    run_file("0005_together.sql")
