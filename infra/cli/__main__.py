"""`python -m infra.cli` is `baseplus`."""

from infra.cli.main import main

main()
