"""House rules that imports cannot show. Each rule is tried on a sample that breaks it."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SUPABASE_DATA = re.compile(r"\.(from|rpc|schema|storage|channel)\s*[(.]|supabase\.(from|rpc|storage|channel)\b")


def sources(folder: str, *endings: str) -> list[Path]:
    return [
        path
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in endings and "node_modules" not in path.parts and "dist" not in path.parts
    ]


def offenders(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]


def supabase_users() -> list[Path]:
    return [path for path in sources("web/src", ".ts", ".tsx") if "@supabase/" in path.read_text()]


def test_the_web_app_uses_supabase_js_for_sign_in_only() -> None:
    users = supabase_users()
    assert users, "no file imports supabase-js: this test looks in the wrong place"
    assert offenders(SUPABASE_DATA, users) == []
    packages = json.loads((ROOT / "web" / "package.json").read_text())["dependencies"]
    assert [name for name in packages if name.startswith("@supabase/")] == ["@supabase/auth-js"]


@pytest.mark.parametrize(
    "line", ['supabase.from("renders")', "client.rpc('x')", "supabase.storage.from('a')", "supabase.channel('x')"]
)
def test_the_rule_catches_data_access_through_supabase_js(line: str) -> None:
    assert SUPABASE_DATA.search(line)


def test_J1_the_web_app_never_names_a_secret() -> None:
    pattern = re.compile(r"secret_key|sb_secret|service_role|API_PROOF|REPLICATE_API_TOKEN|whsec_", re.IGNORECASE)
    files = [path for path in sources("web/src", ".ts", ".tsx") if "schema.d.ts" not in path.name]
    assert files
    assert offenders(pattern, files) == []
