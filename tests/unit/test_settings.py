"""J2: the environment is complete, all hosted or all local, and never quoted."""

import pytest

from libs.app_config.settings import SettingsError, load_reconcile_settings, load_settings

HOSTED = {
    "PUBLIC_URL": "https://maquette.example",
    "SUPABASE_URL": "https://project.supabase.co",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_abc",
    "SUPABASE_SECRET_KEY": "sb_secret_abc",
    "API_PROOF_SECRET": "p" * 32,
    "REPLICATE_API_TOKEN": "r8_abc",
    "REPLICATE_WEBHOOK_SECRET": "whsec_abc",
    "STRIPE_SECRET_KEY": "sk_live_abc",
    "STRIPE_WEBHOOK_SECRET": "whsec_def",
}
LOCAL = {
    "SUPABASE_URL": "http://127.0.0.1:54321",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_local_abc",
    "SUPABASE_SECRET_KEY": "sb_secret_local_abc",
    "API_PROOF_SECRET": "local_" + "p" * 32,
    "REPLICATE_API_URL": "http://127.0.0.1:54330",
    "REPLICATE_API_TOKEN": "r8_local_abc",
    "REPLICATE_WEBHOOK_SECRET": "whsec_localkeyabc",
    "STRIPE_API_URL": "http://127.0.0.1:54331",
    "STRIPE_SECRET_KEY": "sk_test_local_abc",
    "STRIPE_WEBHOOK_SECRET": "whsec_local_abc",
}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as raised:
        load_settings(environ)
    return str(raised.value)


@pytest.mark.parametrize("environ", [HOSTED, LOCAL])
def test_J2_hosted_and_local_environments_start(environ: dict[str, str]) -> None:
    settings, service_role = load_settings(environ)
    assert service_role.key == environ["SUPABASE_SECRET_KEY"]
    assert settings.stripe_is_live == (environ is HOSTED)


RECONCILE = {
    "PUBLIC_URL",
    "SUPABASE_URL",
    "SUPABASE_PUBLISHABLE_KEY",
    "API_PROOF_SECRET",
    "REPLICATE_API_TOKEN",
    "STRIPE_SECRET_KEY",
}


def test_J3_reconciliation_starts_with_its_own_keys_and_reads_no_other() -> None:
    read: list[str] = []

    class Read(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
            read.append(name)
            return super().get(name, default)

    settings = load_reconcile_settings(Read({name: HOSTED[name] for name in RECONCILE}))

    assert settings.proof_secret not in repr(settings)
    assert {*read} == RECONCILE | {"REPLICATE_API_URL", "STRIPE_API_URL", "LOG_LEVEL"}
    with pytest.raises(SettingsError, match="REPLICATE_API_TOKEN is missing"):
        load_reconcile_settings({name: HOSTED[name] for name in RECONCILE - {"REPLICATE_API_TOKEN"}})
    with pytest.raises(SettingsError, match="API_PROOF_SECRET is the local stack's"):
        load_reconcile_settings({name: HOSTED[name] for name in RECONCILE} | {"API_PROOF_SECRET": "local_" + "p" * 32})


def test_J2_every_missing_value_is_named_at_once() -> None:
    named = refusal({})
    assert all(f"{name} is missing" in named for name in HOSTED if name != "PUBLIC_URL")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"SUPABASE_SECRET_KEY": LOCAL["SUPABASE_SECRET_KEY"]},
            "SUPABASE_URL is hosted, but its key is one of the local",
        ),
        ({"SUPABASE_PUBLISHABLE_KEY": LOCAL["SUPABASE_PUBLISHABLE_KEY"]}, "SUPABASE_URL is hosted, but"),
        ({"REPLICATE_API_TOKEN": LOCAL["REPLICATE_API_TOKEN"]}, "REPLICATE_API_URL is hosted, but"),
        ({"STRIPE_SECRET_KEY": LOCAL["STRIPE_SECRET_KEY"]}, "STRIPE_API_URL is hosted, but"),
        ({"API_PROOF_SECRET": LOCAL["API_PROOF_SECRET"]}, "API_PROOF_SECRET is the local stack's"),
        ({"REPLICATE_API_URL": "http://127.0.0.1:54330"}, "REPLICATE_API_URL is the local Replicate, but"),
        ({"STRIPE_API_URL": "http://127.0.0.1:54331"}, "STRIPE_API_URL is the local Stripe, but"),
        ({"SUPABASE_URL": "http://project.supabase.co"}, "SUPABASE_URL is hosted and must start with https://"),
        ({"STRIPE_API_URL": "http://api.stripe.com"}, "STRIPE_API_URL is hosted and must start with https://"),
        ({"SUPABASE_URL": "project"}, "SUPABASE_URL must be a URL that starts with http or https://"),
        ({"SUPABASE_URL": "https://[::1"}, "SUPABASE_URL must be a URL that"),
        ({"SUPABASE_URL": "https://project.example:port"}, "SUPABASE_URL must be a URL that"),
        ({"PUBLIC_URL": "https://two words.example"}, "PUBLIC_URL must be printable ASCII without spaces"),
        ({"REDIS_URL": "redis.example:6379"}, "REDIS_URL must be a URL that starts with redis or rediss://"),
        ({"TRUSTED_PROXIES": "10.0.0.1/8"}, "TRUSTED_PROXIES must be IP addresses or networks such as 10.0.0.0/8"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8,proxy"}, "TRUSTED_PROXIES must be IP addresses or networks"),
        ({"SUPABASE_URL": "javascript:alert(1)"}, "SUPABASE_URL must be a URL that starts with http or https://"),
        ({"API_PROOF_SECRET": "p" * 31}, "API_PROOF_SECRET must have at least 32 bytes"),
        ({"SUPABASE_JWT_SECRET": "short"}, "SUPABASE_JWT_SECRET must have at least 32 bytes"),
        ({"REPLICATE_WEBHOOK_SECRET": "abc"}, "REPLICATE_WEBHOOK_SECRET must start with whsec_"),
        ({"REPLICATE_WEBHOOK_SECRET": "whsec_"}, "REPLICATE_WEBHOOK_SECRET must be base64 after whsec_"),
        ({"REPLICATE_WEBHOOK_SECRET": "whsec_abcde"}, "REPLICATE_WEBHOOK_SECRET must be base64 after whsec_"),
        ({"REPLICATE_WEBHOOK_SECRET": "whsec_a-b_"}, "REPLICATE_WEBHOOK_SECRET must be base64 after whsec_"),
        ({"SUPABASE_SECRET_KEY": "sb_secret_\u200babc"}, "SUPABASE_SECRET_KEY must be printable ASCII"),
        ({"REPLICATE_API_TOKEN": "  "}, "REPLICATE_API_TOKEN is missing"),
        ({"STRIPE_WEBHOOK_SECRET": "abc"}, "STRIPE_WEBHOOK_SECRET must start with whsec_"),
        ({"HOST": "localhost"}, "HOST must be an IP address"),
        ({"PORT": "0"}, "PORT must be a port number"),
        ({"PORT": "http"}, "PORT must be a port number"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of"),
    ],
)
def test_J2_mixed_environments_and_bad_values_are_refused(change: dict[str, str], said: str) -> None:
    load_settings(HOSTED)
    assert said in refusal(HOSTED | change)


def test_what_is_blank_is_not_set() -> None:
    blank = dict.fromkeys(("REDIS_URL", "TRUSTED_PROXIES", "SUPABASE_JWT_SECRET", "STRIPE_PRICE_PRO_MONTHLY"), " ")
    settings, _ = load_settings(HOSTED | blank)
    assert (settings.redis_url, settings.supabase_jwt_secret, settings.price_ids) == (None, None, {})
    assert settings.trusted_proxies == ()


def test_J1_neither_a_refusal_nor_a_repr_quotes_a_value() -> None:
    secrets = {value for name, value in HOSTED.items() if "SECRET" in name or "KEY" in name or "TOKEN" in name}
    told = repr(load_settings(HOSTED)) + refusal(HOSTED | {"SUPABASE_URL": "http://x.example", "PORT": "x"})
    assert not any(secret in told for secret in secrets)


def test_J2_the_internal_webhook_secret_is_derived_from_the_proof_secret() -> None:
    secrets = {load_settings({**HOSTED, "API_PROOF_SECRET": letter * 32})[0].internal_webhook_secret for letter in "pq"}
    # openssl dgst -sha256 -hmac pp…p (32 of them) -binary, in base64.
    assert "whsec_VBNup3zFQivwUd73QWBLvKKjRa3YYAXJR2IAlvZK3sk=" in secrets
    assert len(secrets) == 2
