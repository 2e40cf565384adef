"""Commands of `flask --app wsgi`, in groups named after what they look after."""

from flask import Flask

from lms.cli import backup, bank, content, demo, exams, receipts, users, worker
from lms.cli import register as register_commands

COMMANDS = (
    backup.group,
    bank.group,
    content.group,
    demo.group,
    exams.group,
    receipts.group,
    register_commands.group,
    users.group,
    worker.work,
)


def register(app: Flask) -> None:
    """Attach every command and command group."""
    for command in COMMANDS:
        app.cli.add_command(command)
