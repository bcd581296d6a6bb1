"""The command line of Maquette: `./maquette --help`."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from local.cli.state import DEFAULT_PORTS, Ports, StackError, current_state, option, variable
from local.cli.steps import StepError, overlay
from local.database.sources import SourceError
from local.machine import explained
from local.secrets import SecretsError

app = typer.Typer(
    help="Maquette on your machine: start it with `up`, open the address it prints, stop it with Ctrl-C.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
database = typer.Typer(help="Write, review and apply migrations of the database.", no_args_is_help=True)
app.add_typer(database, name="db")
community = typer.Typer(help="Check the community sets.", no_args_is_help=True)
app.add_typer(community, name="community")


DatabaseUrl = Annotated[
    str | None,
    typer.Option("--url", envvar="DATABASE_URL", help="postgres://...; the database of the running stack if left out."),
]


def _port(name: str, *, help_text: str) -> object:
    return typer.Option(
        f"--{option(name)}", envvar=variable(name), min=1, max=65535, help=help_text, rich_help_panel="Ports"
    )


@app.command()
def up(
    port: Annotated[int, _port("app", help_text="The app.")] = DEFAULT_PORTS.app,
    inbox_port: Annotated[int, _port("inbox", help_text="The page of the mail inbox.")] = DEFAULT_PORTS.inbox,
    studio_port: Annotated[int, _port("studio", help_text="Studio, to look into the database.")] = DEFAULT_PORTS.studio,
    supabase_port: Annotated[int, _port("supabase", help_text="The Supabase API.")] = DEFAULT_PORTS.supabase,
    smtp_port: Annotated[int, _port("smtp", help_text="The mail server behind the inbox.")] = DEFAULT_PORTS.smtp,
    postgres_port: Annotated[int, _port("postgres", help_text="Postgres.")] = DEFAULT_PORTS.postgres,
    replicate_port: Annotated[int, _port("replicate", help_text="The local Replicate.")] = DEFAULT_PORTS.replicate,
    stripe_port: Annotated[int, _port("stripe", help_text="The local Stripe.")] = DEFAULT_PORTS.stripe,
    confirm_email: Annotated[
        bool,
        typer.Option(
            "--confirm-email",
            envvar="MAQUETTE_CONFIRM_EMAIL",
            help="New people enter the code of a mail, as on a hosted project.",
        ),
    ] = False,
) -> None:
    """Start everything and print the addresses. Data is kept in .maquette/ until `reset`."""
    from local.cli.up import run

    run(
        current_state(),
        Ports(
            app=port,
            supabase=supabase_port,
            studio=studio_port,
            inbox=inbox_port,
            smtp=smtp_port,
            postgres=postgres_port,
            replicate=replicate_port,
            stripe=stripe_port,
        ),
        confirm_email=confirm_email,
    )


@app.command()
def test(
    stages: Annotated[list[str], typer.Argument(help="The stages to run; all of them if none is named.")] = [],  # noqa: B006, PT028
) -> None:
    """Run the checks and tests: lint, types, architecture, unit, web, integration, security, e2e."""
    from local.cli.stages import run

    raise typer.Exit(run(stages))


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> None:
    """Delete the local accounts, pictures and keys; the next `up` starts with an empty database."""
    from local.supervisor import end_leftovers

    state = current_state()
    with state.locked():
        if not yes:
            typer.confirm(f"Delete all local data in {state.folder}?", abort=True)
        end_leftovers(str(state.folder))
        state.forget()
    print("The local data is gone.")


@database.command()
def review(
    url: DatabaseUrl = None,
    check: Annotated[
        bool, typer.Option("--check", help="Print the drift alone; exits with 1 when there is any.")
    ] = False,
) -> None:
    """Print one SQL script that updates a database, with its drift as comments. Changes nothing.

    Drift is how the database differs from what its migrations make. For a hosted project, paste the script into its SQL
    editor. With API_PROOF_SECRET in the environment the script also stores that key, so treat it as a secret then.
    """
    from local.cli.database import review_script

    text, drift = review_script(current_state(), url)
    print("\n".join(drift or ["Drift: none"]) if check else text)
    if check and drift:
        raise typer.Exit(1)


@database.command()
def apply(url: DatabaseUrl = None) -> None:
    """Run the script of `review` on a database on this machine. `up` does this by itself."""
    from local.cli.database import apply_script

    apply_script(current_state(), url)
    print("The database is up to date.")


@database.command()
def migration(
    what: Annotated[str, typer.Argument(help="What it does, in a few words.")] = "",
    fold: Annotated[
        bool, typer.Option("--fold", help="Before the first tag: write all files into the first migration instead.")
    ] = False,
) -> None:
    """Write a migration with a copy of each file of supabase/routines, policies and rows that changed."""
    from local.cli.database import fold_migrations, write_migration

    print(fold_migrations() if fold else write_migration(what))


@database.command()
def orphans(url: DatabaseUrl = None) -> None:
    """Print files without a row and rows without a file; the exit code is 1 when there are any."""
    from local.cli.database import find_orphans

    found = find_orphans(current_state(), url)
    for sentence in found:
        print(sentence)
    if found:
        raise typer.Exit(1)
    print("Every file has its row and every row its files.")


@community.command()
def check(url: DatabaseUrl = None) -> None:
    """Print community items that the current presets can no longer make; the exit code is 1 when there are any."""
    from local.cli.database import check_community

    found = check_community(current_state(), url)
    for sentence in found:
        print(sentence)
    if found:
        raise typer.Exit(1)
    print("Every item can be made.")


@app.command()
def doctor() -> None:
    """Say what is wrong with the settings of the Stripe account; the exit code is 1 when anything is.

    Run it in the environment of the API (.env). It changes nothing.
    """
    from local.cli.stripe import find_problems

    found = find_problems(os.environ)
    for sentence in found:
        print(sentence)
    if found:
        raise typer.Exit(1)
    print("The Stripe account is set up for this deployment.")


@app.command()
def setup() -> None:
    """Make the settings of the Stripe account: the configuration of the customer portal and the webhook endpoint.

    Run it in the environment of the API (.env). It prints the variables to add there. A repeat changes nothing more.
    """
    from local.cli.stripe import set_up

    done, variables = set_up(os.environ)
    for sentence in done:
        print(sentence)
    for name, value in variables.items():
        print(f"{name}={value}")


@app.command()
def reconcile() -> None:
    """Ask Replicate once about jobs whose webhook did not arrive; the running stack does this every two minutes."""
    from local.cli.parts import reconcile_environment
    from local.secrets import load_or_create

    state = current_state()
    environment = overlay(reconcile_environment(state.running_ports(), load_or_create(state.folder)))
    raise typer.Exit(subprocess.run([sys.executable, "-m", "api.reconcile"], env=environment, check=False).returncode)


@app.command()
def openapi(
    write: Annotated[bool, typer.Option("--write", help="Update web/openapi.json and the web client instead.")] = False,
) -> None:
    """Print the OpenAPI document of the API, from which the web client is generated."""
    from local.cli.client import document, write_client

    if write:
        write_client()
    else:
        print(document(), end="")


def main() -> None:
    """Run the command line. Errors that a person can correct are printed as a sentence, without a traceback."""
    try:
        app(prog_name="./maquette")
    except (StackError, StepError, SecretsError, SourceError) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(explained(error))


if __name__ == "__main__":
    main()
