"""What both command lines share: all that is missing is told at once, and that nobody is there to answer."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click


class Command(click.Command):
    """A command that names everything that is missing."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; where it misses one parameter, what else is missing is looked for too."""
        given = list(args)  # click takes its list apart
        try:
            return super().parse_args(ctx, args)
        except click.MissingParameter:
            missing = self._missing(ctx, given)
            if len(missing) < 2:
                raise
            hints = ", ".join(_hint(ctx, one) for one in missing)
            raise click.UsageError(f"Missing: {hints}.", ctx) from None

    def _missing(self, ctx: click.Context, args: list[str]) -> list[click.Parameter]:
        given, _, _ = self.make_parser(ctx).parse_args(args)
        needed = [one for one in self.get_params(ctx) if one.required]
        return [one for one in needed if one.value_is_missing(one.consume_value(ctx, given)[0])]


class Group(click.Group):
    """A group of such commands."""

    command_class = Command


@contextmanager
def asking() -> Iterator[None]:
    """A question that nobody is there to answer ends in one sentence; Ctrl-C at a terminal ends as it always does."""
    try:
        yield
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.ClickException(
            "this asks something and nobody is at the keyboard; run it at a terminal, or give the answer as an option"
            " (--yes, a file with a password): --help lists them"
        ) from None


def _hint(ctx: click.Context, one: click.Parameter) -> str:
    """Its name, and what can be chosen."""
    choices = f" ({', '.join(map(str, one.type.choices))})" if isinstance(one.type, click.Choice) else ""
    return one.get_error_hint(ctx) + choices
