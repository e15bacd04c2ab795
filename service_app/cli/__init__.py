"""`ronde …`: one table of commands, each loaded when it is called, so that `--help` is quick and the workers' commands
can stand here without this package importing them."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from config.local import LocalServerError
from config.settings import SettingsError
from service_app.cli import running
from service_app.cli.sentences import sentence_of

COMMANDS = {
    "up": ("service_app.cli.up:up", "Start everything on this machine: servers, web, worker, beat."),
    "web": ("service_app.cli.serve:web", "Serve the web pages (gunicorn)."),
    "worker": ("workers.cli:worker", "Run one Celery worker."),
    "beat": ("workers.cli:beat", "Send the intervals to the workers."),
    "sweep": ("workers.cli:sweep", "Do the background work without Redis; --loop keeps at it."),
    "alive": ("workers.cli:alive", "Say whether the background work ran lately (for health checks)."),
    "migrate": ("service_app.cli.database:migrate", "Make the database's roles and bring its schema up to date."),
    "demo": ("service_app.cli.database:demo", "Load the demo cluster into an empty database."),
    "check": ("service_app.cli.check:check", "Ask whether what must always hold does hold; says what does not."),
    "import": (
        "service_app.cli.imports:import_file",
        "Bring customers, products, items, contracts or repairs in from a file.",
    ),
    "export": ("service_app.cli.repairs:export_file", "Write the history of repairs as Open Repair Data."),
    "mail": (
        "service_app.cli.mail:mail",
        "Take in what came to the mailboxes: letters that came back, complaints, answers.",
    ),
    "leave": ("service_app.cli.leaving:leave", "A workshop leaves the cluster; another answers for its things."),
    "price-month": (
        "service_app.cli.months:price_month",
        "Price a month of every line without writing it (--dry-run).",
    ),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A line each, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_target, line) in COMMANDS.items()])


@click.group(cls=LazyGroup)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Ronde: the relationship between circular workshops and the people who use what they make last."""
    os.environ.update(running.environment_beside(ctx.invoked_subcommand))


def main() -> None:
    """The command `ronde`; what a person must mend is said in one sentence."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (SettingsError, LocalServerError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except Exception as error:
        said = sentence_of(error)
        if said is None:
            raise
        click.echo(said, err=True)
        sys.exit(1)
