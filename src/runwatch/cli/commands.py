"""The group of commands: `watch` is meant where none is named, and errors take one line."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from runwatch.cli.codes import NOTHING_THERE
from runwatch.cli.output import complain, let_go_of_stdout, told

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_PASSWORD = re.compile(r"://\S*:\S*@")
"""What is in front of the server in an address: click quotes an argument that it has no use for."""
INTERRUPTED, BROKEN_PIPE = 130, 141
DEFAULT = "watch"
YOUNG = 100_000
"""New objects after which cycles are looked for. With the usual 700 a tenth of the start goes into it."""
OWN_OPTIONS = ("--help", "-h", "--version")
EXAMPLES = """\
runwatch ./events/          watch every log below a directory
runwatch summary ./events/  the answers once, with an exit code
runwatch demo               try it on runs that are made up as you watch
`runwatch --help` has the rest."""
HELP = """\
What was planned? What happened? What degraded? Did it succeed?

Watches the event logs of pipeline runs. PATH is a log, a directory of logs, a
quoted glob, or `-` for stdin. `runwatch PATH` is `runwatch watch PATH`; a file
named like a command is reached as ./summary.
"""
EPILOG = """\
Example: runwatch ./events/

`runwatch COMMAND --help` tells more. Completion in your shell:
eval "$(_RUNWATCH_COMPLETE=bash_source runwatch)", or zsh_source, fish_source.
"""


class Commands(click.Group):
    """Knows each command by the module that has it, and imports that when it is asked for."""

    def __init__(self, modules: dict[str, str]) -> None:
        super().__init__(
            name="runwatch",
            help=HELP,
            epilog=EPILOG,
            subcommand_metavar="PATH... | COMMAND [ARGS]...",
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        )
        self.params = [_version()]
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._modules:
            return None
        command: click.Command = import_module(self._modules[cmd_name]).command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands, and files: most often the first word is a PATH."""
        from click.shell_completion import CompletionItem

        return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """A first word that is no command is a PATH, or an option of `watch`."""
        if not args and not ctx.resilient_parsing:
            click.echo(EXAMPLES, err=True)
            ctx.exit(2)
        if args and args[0] not in self._modules and args[0] not in OWN_OPTIONS:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """A reader that has gone away is no error worth a word."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            let_go_of_stdout()
            ctx.exit(BROKEN_PIPE)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and exit with what it returns. What goes wrong takes one line, never a traceback."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        gc.set_threshold(YOUNG)
        try:
            code = super().main(args, prog_name or "runwatch", complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            complain(_sentence(error))
            code = error.exit_code
        except click.Abort:
            code = INTERRUPTED
        except OSError as error:  # a full disk behind --help, a directory that was removed under our feet
            let_go_of_stdout()
            complain(f"{error.filename or 'cannot read or write'}: {told(error)}")
            code = NOTHING_THERE
        sys.exit(code if isinstance(code, int) else 0)


def _version() -> click.Option:
    def show(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            from importlib.metadata import version

            click.echo(f"runwatch {version('runwatch')}")
            ctx.exit()

    return click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=show, help="Show the version and exit."
    )


def _sentence(error: click.ClickException) -> str:
    """What is wrong, and what to do next where the message itself does not say."""
    message = _PASSWORD.sub("://…@", " ".join(error.format_message().split()).rstrip("."))
    if isinstance(error, click.UsageError) and ";" not in message:
        asked = error.ctx.command_path if error.ctx is not None else "runwatch"
        message += f"{'' if message.endswith('?') else ';'} `{asked} --help` shows what can be asked"
    return message
