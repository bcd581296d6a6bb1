"""JSON logs on stdout: one line per event, with the request id and without personal data or secrets."""

import logging
import sys

import structlog

from api.request_id import current_request_id


def _add_request_id(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["request_id"] = current_request_id()
    return event


def configure_logging(level: str) -> None:
    """Send our logs and those of libraries through one JSON renderer. Newlines in values are escaped by JSON itself."""
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        # Frames only: local variables may hold tokens.
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # One write for a line with its end: other processes write to the same place.
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # httpx logs every URL at info: signed URLs carry tokens.
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
