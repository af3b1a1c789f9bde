"""The statements that make a database are a file, generated from the models, so that no command has to load them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from db.schema.ddl import STATEMENTS, definitions
from db.schema.making import made_from_models


def test_the_file_of_statements_says_what_the_models_say() -> None:
    said = STATEMENTS.read_text(encoding="utf-8")
    assert said == made_from_models(), "run python -m db.schema.making"


def test_a_database_has_every_table_and_index_and_those_kept_from_the_start_at_once() -> None:
    at_once, indexes = definitions(tables=True), definitions(tables=False)
    tables = [one for one in at_once if one.startswith("CREATE TABLE ")]
    assert len(tables) == made_from_models().count("CREATE TABLE ")
    assert len(indexes) == made_from_models().count("INDEX IF NOT EXISTS ")
    assert 0 < len(set(at_once) & set(indexes)) < len(indexes)


def test_a_new_database_is_made_without_sqlalchemy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from db.schema.ddl import make; make(Path(sys.argv[1])).close(); "
        "print([one for one in ('sqlmodel', 'sqlalchemy', 'pydantic') if one in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "new.db")], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
