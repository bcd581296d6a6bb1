"""C2: Storage takes a token until the second it ends; then our API says that the session ended, whatever was asked."""

import time

import pytest
from jose import jwt

from libs.errors import ErrorCode, MaquetteError
from libs.repositories.storage import Storage, StoragePool
from tests.security.files import keep_photo
from tests.security.test_c4_pool import token_of
from tests.support.clients.api_rpc import ApiRpc
from tests.support.clients.database_user import DatabaseUser
from tests.unit.test_storage_answers import CALLS, Call


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_C2_a_token_that_has_just_ended_is_told_as_such(call: Call, alice: DatabaseUser, api_rpc: ApiRpc) -> None:
    await keep_photo(alice)
    supabase = api_rpc.supabase
    pool = StoragePool(supabase.url, supabase.gateway.publishable_key, supabase.proof_secret)
    claims = jwt.get_unverified_claims(token_of(alice))

    def until(seconds: int) -> Storage:
        ending = claims | {"exp": int(time.time()) + seconds}
        return pool.as_caller(jwt.encode(ending, supabase.gateway.jwt_secret, "HS256"), alice.id)

    assert await refusal(call, until(-1)) is ErrorCode.TOKEN_REFUSED
    # A minute before its end the same call reaches the policies, which refuse to store under the names of these calls.
    assert await refusal(call, until(60)) in {None, ErrorCode.ACCOUNT_GONE}
    await pool.aclose()


async def refusal(call: Call, storage: Storage) -> ErrorCode | None:
    try:
        await call(storage)
    except MaquetteError as error:
        return error.code
    return None
