"""`./maquette doctor` and `./maquette setup`: the settings of the Stripe account, in the environment of the API."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from libs.app_config.settings import SettingsError, load_stripe_settings
from libs.services.billing import account_settings
from libs.services.external.stripe_account import AccountRefused, StripeAccount
from local.cli.state import StackError


def find_problems(environ: Mapping[str, str]) -> list[str]:
    """What is wrong, a sentence each. Raises StackError."""
    with _explained():
        settings = load_stripe_settings(environ)
        return account_settings.problems(StripeAccount(settings), settings)


def set_up(environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """What was done, a sentence each, and the variables to add to the environment. Raises StackError."""
    with _explained():
        settings = load_stripe_settings(environ)
        return account_settings.set_up(StripeAccount(settings), settings)


@contextmanager
def _explained() -> Generator[None]:
    try:
        yield
    except (SettingsError, AccountRefused) as error:
        raise StackError(str(error)) from error
