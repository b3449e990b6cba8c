"""See 0008_partial.sql."""

from infra.postgres.migrate import run_file

revision = "0008_partial"
down_revision: str | None = "0007_standing"


def upgrade() -> None:
    run_file("0008_partial.sql")
