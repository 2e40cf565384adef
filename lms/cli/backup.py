"""`flask backup`: copy the database while everybody works on, and prove that the copies can be opened again."""

from pathlib import Path
from typing import cast

import click
from flask import current_app
from flask.cli import AppGroup

from lms import clock
from lms.config import Settings
from lms.db.backup import Backup, BackupFailed, check_backup, digest_of, list_backups, make_backup
from lms.db.session import db
from lms.office.services import note_backup, note_backup_check

group = AppGroup("backup", help="Copies of the database. Never copy the database file itself while the site runs.")


@group.command("make")
def make() -> None:
    """Copy the database into BACKUP_PATH, open the copy again, and note it in 操作記録."""
    now = clock.now()
    try:
        backup = make_backup(db.engine, _folder(), now=now)
    except BackupFailed as problem:
        raise click.ClickException(f"No copy was made. {problem}") from problem
    note_backup(backup.path.name, backup.sha256, backup.size, now=now)
    click.echo(f"{backup.path}  {backup.size:,} bytes\nsha256 {backup.sha256}")


@group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def check(file: Path | None) -> None:
    """Open a copy (the newest, unless FILE names one) as a restore would, and note that it is whole."""
    chosen = [file] if file else list_backups(_folder())[:1]
    if not chosen:
        raise click.ClickException("There is no copy. `flask backup make` makes one.")
    path = chosen[0]
    if fault := check_backup(path):
        raise click.ClickException(f"{path.name}: {fault}")
    whole = Backup(path, digest_of(path), path.stat().st_size)
    note_backup_check(whole.path.name, whole.sha256, now=clock.now())
    click.echo(f"{path.name} は、作成したときのままで、最後まで読み取れました。")


def _folder() -> Path:
    return cast(Settings, current_app.extensions["settings"]).backups
