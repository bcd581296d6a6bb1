"""The application: routes, middleware and what they share."""

from pathlib import Path
from typing import Any, Final

from litestar import Litestar, Request, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from api.auth import AuthenticationMiddleware
from api.callers import Callers
from api.controllers.account import AccountController
from api.controllers.billing import BillingController
from api.controllers.collections import CollectionController
from api.controllers.community import CommunityController
from api.controllers.config import ConfigController
from api.controllers.downloads import download_archive, download_picture
from api.controllers.generations import GenerationController
from api.controllers.health import health, ready
from api.controllers.metrics import MetricsController
from api.controllers.renders import RenderController
from api.controllers.reports import add_report
from api.controllers.share_links import ShareLinkController
from api.controllers.shared import SharedController
from api.controllers.uploads import UploadController
from api.controllers.usage import UsageController
from api.controllers.webhooks.replicate import replicate_webhook
from api.controllers.webhooks.stripe import stripe_webhook
from api.dependencies import provide_database
from api.errors import EXCEPTION_HANDLERS, TransportCode, TransportError
from api.limits import RateLimiter, limit_rate
from api.middleware import body_deadline, has_body
from api.openapi import DocumentPlugin
from api.services import services_lifespan
from api.sitemap import robots, sitemap
from api.social_preview import community_page, community_set_page, landing_page, shared_page
from api.spa import Spa, serve_spa
from libs.app_config.runtime import LIMITS
from libs.app_config.settings import ServiceRole, Settings
from libs.errors import FieldError

WEB_DIST: Final = Path(__file__).parent.parent / "web" / "dist"

JSON_TYPES: Final = {"application/json"}
FORM_TYPES: Final = {"multipart/form-data", "application/x-www-form-urlencoded"}

# Safe from BREACH: a browser does not send our tokens by itself, so another page cannot make it repeat a request.
COMPRESSION: Final = DefineMiddleware(
    CompressionMiddleware,
    config=CompressionConfig(backend="gzip", gzip_compress_level=6, exclude_opt_key="compressed"),
)


# What load balancers and operators ask. The public port answers too unless there is an internal one.
PROBES: Final = (ready, MetricsController)


async def require_body(request: Request[Any, Any, Any]) -> None:
    """Raise unsupported_content_type for a body of another type than the route takes, FieldError for none at all.

    A coroutine, because Litestar runs a plain hook in a thread: for each request two changes of thread.
    """
    if request.method not in {"POST", "PATCH", "PUT"}:
        return
    route = request.route_handler
    if not has_body(request.headers):
        if route.parsed_data_field is not None:
            raise FieldError("", "The request needs a body.")
        return
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in (FORM_TYPES if route.opt.get("form") else JSON_TYPES):
        raise TransportError(TransportCode.UNSUPPORTED_CONTENT_TYPE)


def create_app(settings: Settings, service_role: ServiceRole) -> Litestar:
    """The application for these settings. Pools open when it starts to serve and close when it stops."""
    callers = Callers(settings.proof_secret, settings.trusted_proxies)
    from_replicate, replicate_lifespan = replicate_webhook(settings, service_role)
    from_stripe, stripe_lifespan = stripe_webhook(settings, service_role)
    api = Router(
        "/api/v1",
        route_handlers=[
            ConfigController,
            AccountController,
            UsageController,
            UploadController,
            GenerationController,
            RenderController,
            CollectionController,
            BillingController,
            CommunityController,
            ShareLinkController,
            SharedController,
            add_report,
            download_picture,
            download_archive,
            from_replicate,
            from_stripe,
        ],
        dependencies={"db": Provide(provide_database, sync_to_thread=False)},
        before_request=require_body,
        middleware=[COMPRESSION],
    )
    return Litestar(
        route_handlers=[
            api,
            health,
            *(PROBES if settings.internal_port is None else ()),
            landing_page,
            community_page,
            community_set_page,
            shared_page,
            sitemap,
            robots,
            serve_spa,
        ],
        state=State(
            {
                "settings": settings,
                "callers": callers,
                "rate_limiter": RateLimiter(settings, callers),
                "spa": Spa(WEB_DIST, settings),
            }
        ),
        lifespan=[services_lifespan, replicate_lifespan, stripe_lifespan],
        middleware=[
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
            # A router of its own for the document: Litestar answers whatever else lies below with a page of its own.
            openapi_router=Router(
                "/api/v1/openapi.json", route_handlers=[], include_in_schema=False, opt={"exclude_from_auth": True}
            ),
            render_plugins=[DocumentPlugin(path=["/", "/openapi.json"])],
            use_handler_docstrings=True,
            components=Components(
                security_schemes={"supabase": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
            ),
            security=[{"supabase": []}],
        ),
        logging_config=None,
        debug=False,
    )


def create_internal_app(app: Litestar) -> Litestar:
    """What answers on the internal port, out of what `app` shares while it serves."""
    return Litestar(
        route_handlers=[health, *PROBES],
        state=app.state,
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        logging_config=None,
        debug=False,
    )
