"""What a signed-in person may call, with arguments about the rows of one person."""

from collections.abc import Mapping

from tests.security.decisions import read_decisions
from tests.security.victims import Victim
from tests.support.clients.api_rpc import ApiRpc, submission
from tests.support.clients.database_user import DatabaseUser

# The functions that people may call about something; a new one needs its arguments below. close_account() takes none.
CALLABLE = [
    line.removeprefix("public.").partition("(")[0]
    for line in read_decisions("functions.txt")
    if line.startswith("public.") and "authenticated" in line.partition(": ")[2] and "close_account" not in line
]


def arguments(function: str, api_rpc: ApiRpc, caller: DatabaseUser, whose: Victim, job: str) -> Mapping[str, object]:
    """The arguments of a call of `caller`'s about what belongs to `whose`, with the API's proof where one is needed.

    `job` is a job of theirs that is in flight.
    """
    collection, render = whose.rows["collections"]["id"], whose.render
    about_job = {"job_id": job, "prediction_id": f"of {job}", "error_code": "provider_error"}
    plain: dict[str, Mapping[str, object]] = {
        "change_renders": {"filter": {"ids": [render.id]}, "action": "trash"},
        "community_addresses": {},
        "community_tags": {},
        "count_renders_by_month": {"filter": {}, "time_zone": "UTC"},
        "delete_trashed_renders": {"filter": {"ids": [render.id], "trashed": True}},
        "delete_variant": {"variant": render.variant_ids[0]},
        "list_collections": {"page_size": 10, "wanted": collection, "containing": render.id},
        "list_community": {"page_size": 10},
        "list_renders": {"filter": {"collection_id": collection}, "sort": "newest", "page_size": 10},
        "move_collection_item": {"collection": collection, "render": render.id},
        "my_share_links": {"page_size": 10, "of_render": render.id},
        "my_usage": {},
        "my_usage_by_day": {"time_zone": "UTC"},
        "render_detail": {"render_id": render.id},
    }
    guarded: dict[str, Mapping[str, object]] = {
        "attach_customer": {"customer_id": whose.rows["profiles"]["stripe_customer_id"]},
        "attach_prediction": about_job,
        "release_generation": about_job,
        "request_cancel": about_job,
        "reserve_generation": submission(source_variant_id=render.variant_ids[0], collection_id=collection),
    }
    return plain[function] if function in plain else api_rpc.prove(function, caller.id, guarded[function])
