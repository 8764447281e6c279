"""`trm-node upgrade`: the database brought up to a newer program, with a copy made first and every step tried before.

Source: interface O9.
"""

from pathlib import Path

import click

from node.errors import counted


@click.command()
@click.argument("target", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--try", "only_try", is_flag=True, help="Only try the steps, on a copy; also while the old node runs.")
@click.pass_obj
def upgrade(path: Path, target: Path | None, only_try: bool) -> None:
    """Bring the database up to this program: steps tried on a copy, a backup into the new file TARGET, then the steps.

    Run it with the new program while the node is stopped. With --try nothing of the node is changed, no TARGET is asked
    for, and what was tried is thrown away. Read CHANGELOG.md first.
    """
    from node.clock import clock_for
    from node.config import load
    from node.errors import BadInput
    from node.service.keep.backup import back_up
    from node.store.folder import DataFolder
    from node.store.steps import steps_in, take_steps, try_on_a_copy

    config = load(path).config
    folder = DataFolder(config.node.data_dir, config.node.journal_dir)
    missing = [one for one in steps_in(folder.database) if not one.at]
    if not missing:
        click.echo("the database is up to date: nothing to do")
        return
    if target is None and not only_try:
        raise BadInput("no file for the backup was named; name a new one, or only --try", field="target")
    for one in missing:
        click.echo(f"{one.name}: {one.says}")
    try_on_a_copy(folder.database, folder.path)
    click.echo(f"tried on a copy: {len(missing)} steps, and the copy is whole")
    if only_try or target is None:
        return
    with folder.lock():
        copied = back_up(folder, target, clock_for(config.node.country, config.node.clock_file))
        click.echo(
            f"{target.name}: {copied.size} bytes, {counted(copied.cases, 'case')}, whole; sha256 {copied.sha256}"
        )
        # Crash here: the backup is there and the steps are not; run it again with another file, or start the node.
        take_steps(folder.database)
    click.echo("done; run `trm-node doctor`, then start the node. An older program refuses this database")
