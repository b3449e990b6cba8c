"""See 0009_reactions.sql."""

from infra.postgres.migrate import run_file

revision = "0009_reactions"
down_revision: str | None = "0008_partial"


def upgrade() -> None:
    run_file("0009_reactions.sql")
