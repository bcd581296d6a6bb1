"""House rules that imports cannot show. Each rule is tried on a sample that breaks it."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SUPABASE_DATA = re.compile(r"\.(from|rpc|schema|storage|channel)\s*[(.]|supabase\.(from|rpc|storage|channel)\b")
SECRET = re.compile(r"secret_key|sb_secret|service_role|API_PROOF|REPLICATE_API_TOKEN|whsec_", re.IGNORECASE)


def sources(folder: str, *endings: str) -> list[Path]:
    return [
        path
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in endings and "node_modules" not in path.parts and "dist" not in path.parts
    ]


def offenders(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """The lines that a rule forbids. Without any file to read the rule looks in the wrong place."""
    assert paths
    return [
        f"{path}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


def supabase_users() -> list[Path]:
    return [path for path in sources("web/src", ".ts", ".tsx") if "@supabase/" in path.read_text()]


def test_the_web_app_uses_supabase_js_for_sign_in_only() -> None:
    assert offenders(SUPABASE_DATA, supabase_users()) == []
    packages = json.loads((ROOT / "web" / "package.json").read_text())["dependencies"]
    assert [name for name in packages if name.startswith("@supabase/")] == ["@supabase/auth-js"]


def test_J1_the_web_app_never_names_a_secret() -> None:
    files = [path for path in sources("web/src", ".ts", ".tsx") if "schema.d.ts" not in path.name]
    assert offenders(SECRET, files) == []


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (SUPABASE_DATA, 'supabase.from("renders")'),
        (SUPABASE_DATA, "client.rpc('x')"),
        (SUPABASE_DATA, "supabase.storage.from('a')"),
        (SUPABASE_DATA, "supabase.channel('x')"),
        (SECRET, "const key = config.supabase_secret_key"),
        (SECRET, 'fetch(url, { headers: { apikey: "sb_secret_x" } })'),
        (SECRET, "// as service_role"),
        (SECRET, "process.env.API_PROOF_SECRET"),
        (SECRET, "process.env.REPLICATE_API_TOKEN"),
        (SECRET, 'const signed = "whsec_x"'),
    ],
)
def test_each_rule_catches_a_sample(rule: re.Pattern[str], line: str, tmp_path: Path) -> None:
    sample = tmp_path / "sample.ts"
    sample.write_text(f"const good = 1;\n{line}\n")
    assert offenders(rule, [sample]) == [f"{sample}:2"]
