"""The application: routes, middleware and what they share."""

from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins.prometheus import PrometheusConfig, PrometheusController

from api.auth import AuthenticationMiddleware
from api.controllers.account import AccountController
from api.controllers.config import ConfigController
from api.controllers.generations import GenerationController
from api.controllers.health import HealthController
from api.controllers.renders import RenderController
from api.controllers.uploads import UploadController
from api.controllers.webhooks.replicate import receive_replicate_webhook, replicate_webhook_lifespan
from api.errors import EXCEPTION_HANDLERS
from api.limits import RateLimiter, limit_rate
from api.middleware import body_deadline, request_context
from api.services import services_lifespan
from api.spa import Spa, serve_spa
from libs.app_config.runtime import LIMITS
from libs.app_config.settings import Settings
from libs.errors import ErrorCode, MaquetteError

WEB_DIST: Final = Path(__file__).parent.parent / "web" / "dist"


class MetricsController(PrometheusController):
    """Prometheus metrics; keep /metrics inside the network (docs/deploy.md)."""

    path = "/metrics"
    opt = {"exclude_from_auth": True, "unlimited": True}
    include_in_schema = False


def require_json(request: Request[Any, Any, Any]) -> None:
    """Raise unsupported_content_type for a body that is not JSON, where JSON is what a route takes."""
    if request.method not in {"POST", "PATCH", "PUT"} or request.route_handler.opt.get("multipart"):
        return
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if has_body and request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise MaquetteError(ErrorCode.UNSUPPORTED_CONTENT_TYPE)


def create_app(settings: Settings) -> Litestar:
    """The application for these settings. Pools open when it starts to serve and close when it stops."""
    api = Router(
        "/api/v1",
        route_handlers=[
            ConfigController,
            AccountController,
            UploadController,
            GenerationController,
            RenderController,
            receive_replicate_webhook,
        ],
        before_request=require_json,
    )
    return Litestar(
        route_handlers=[api, HealthController, MetricsController, serve_spa],
        state=State({"settings": settings, "rate_limiter": RateLimiter(settings), "spa": Spa(WEB_DIST, settings)}),
        lifespan=[services_lifespan, replicate_webhook_lifespan],
        middleware=[
            request_context,
            PrometheusConfig(app_name="maquette", prefix="maquette", group_path=True).middleware,
            body_deadline,
            AuthenticationMiddleware,
        ],
        guards=[limit_rate],
        exception_handlers=EXCEPTION_HANDLERS,
        request_max_body_size=LIMITS.body_bytes,
        multipart_form_part_limit=4,
        openapi_config=OpenAPIConfig(
            title="Maquette",
            version="1",
            path="/api/v1",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            use_handler_docstrings=True,
            components=Components(
                security_schemes={"supabase": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
            ),
            security=[{"supabase": []}],
        ),
        logging_config=None,
        debug=False,
    )
