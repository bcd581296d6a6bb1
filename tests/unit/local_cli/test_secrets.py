"""The keys of the local stack."""

import base64
import json
import stat
from pathlib import Path

import msgspec
import pytest

from libs.app_config.settings import SettingsError, load_settings
from local.cli.parts import api_environment
from local.cli.state import DEFAULT_PORTS
from local.secrets import LocalSecrets, SecretsError, load_or_create


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = load_or_create(tmp_path)
    path = tmp_path / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create(tmp_path) == first
    assert load_or_create(tmp_path / "another") != first


def test_key_of_a_later_version_is_added_and_the_others_stay(tmp_path: Path) -> None:
    first = load_or_create(tmp_path)
    path = tmp_path / "secrets.json"
    kept = json.loads(path.read_text())
    del kept["postgres_password"]
    path.write_text(json.dumps(kept))
    second = load_or_create(tmp_path)
    assert second.postgres_password != first.postgres_password
    assert msgspec.structs.replace(second, postgres_password="") == msgspec.structs.replace(first, postgres_password="")
    assert load_or_create(tmp_path) == second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_damaged_file_is_named_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text("{")
    with pytest.raises(SecretsError, match="reset"):
        load_or_create(tmp_path)
    assert path.read_text() == "{"


def test_webhook_secret_is_base64_as_standard_webhooks_wants() -> None:
    prefix, encoded = LocalSecrets().replicate_webhook_secret.split("_")
    assert prefix == "whsec"
    assert len(base64.b64decode(encoded, validate=True)) >= 24


@pytest.mark.parametrize(
    ("hosted", "blamed"),
    [
        ({"SUPABASE_URL": "https://abc.supabase.co"}, "SUPABASE_URL"),
        ({"REPLICATE_API_URL": "https://api.replicate.com"}, "REPLICATE_API_URL"),
    ],
)
def test_J2_local_keys_are_refused_beside_a_hosted_address(hosted: dict[str, str], blamed: str) -> None:
    local = api_environment(DEFAULT_PORTS, LocalSecrets())
    assert load_settings(local)[0].port == DEFAULT_PORTS.app  # the positive control
    with pytest.raises(SettingsError, match=f"{blamed} is hosted"):
        load_settings({**local, **hosted})
