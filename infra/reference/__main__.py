"""Write the reference: `python -m infra.reference docs/reference`."""

from __future__ import annotations

import sys
from pathlib import Path

from infra.reference.pages import pages


def main(folder: Path) -> None:
    """Write every page, and remove pages of capabilities that are gone."""
    made = pages()
    for old in (*folder.glob("api/*.md"), *folder.glob("events/*.md")):
        if f"{old.parent.name}/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
