-- Proofs: anybody with a JWT can call an RPC, so an RPC that moves a job or money, or that serves visitors, is guarded:
-- it takes `request`, JSON text exactly as it was signed, and `proof`, by which our API shows that it is the one that
-- calls. Every guarded function raises PT403 proof_invalid.


-- Who calls, as the proof names them: the JWT's subject, or `anon` for calls without a user. Called by is_proof().
create or replace function private.caller_name() returns text
language sql stable set search_path = ''
as $$ select coalesce(auth.uid()::text, 'anon') $$;

revoke execute on function private.caller_name from public, anon, authenticated, service_role;


-- HMAC-SHA256 with a key that is given as its two padded halves. Called by hmac(), is_proof() and mailbox_hash().
create or replace function private.hmac_of(inner_pad bytea, outer_pad bytea, message bytea) returns bytea
language sql immutable set search_path = ''
as $$ select sha256(outer_pad || sha256(inner_pad || message)) $$;

revoke execute on function private.hmac_of from public, anon, authenticated, service_role;


-- HMAC-SHA256 with the current key. Null while no key is stored. Called by share_token() and pseudonym().
create or replace function private.hmac(message text) returns bytea
language sql stable security definer set search_path = ''
as $$
  select private.hmac_of(inner_pad, outer_pad, convert_to(message, 'UTF8'))
  from private.proof_key where accepted_until is null
$$;

revoke execute on function private.hmac from public, anon, authenticated, service_role;


-- Whether `proof` is the API's, over this purpose, the caller and `request`, with a key that is accepted now; false while
-- no key is stored. Both sides are hashed once more before they are compared: the time that takes then says nothing
-- about the right proof.
-- Called by verify_proof(), api_asks() and share_opens_file().
create or replace function private.is_proof(purpose text, request text, proof text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  message constant bytea := convert_to(purpose || E'\n' || private.caller_name() || E'\n' || request, 'UTF8');
begin
  if message is null or proof is null or proof !~ '^[0-9a-f]{64}$' then
    return false;
  end if;
  return exists (
    select from private.proof_key
    where (accepted_until is null or accepted_until > now())
      and sha256(decode(proof, 'hex')) = sha256(private.hmac_of(inner_pad, outer_pad, message))
  );
end
$$;

revoke execute on function private.is_proof from public, anon, authenticated, service_role;


-- Called first by every guarded function. Raises PT403 proof_invalid.
create or replace function private.verify_proof(function_name text, request text, proof text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.is_proof(function_name, request, proof) then
    raise sqlstate 'PT403' using message = 'proof_invalid', detail = '{}';
  end if;
end
$$;

revoke execute on function private.verify_proof from public, anon, authenticated, service_role;


-- The headers of the request as an object, with names in lower case. Storage gives them to policies, as PostgREST does.
-- Called by api_asks() and share_opens_file().
create or replace function private.request_headers() returns jsonb
language sql stable set search_path = ''
as $$ select coalesce(nullif(current_setting('request.headers', true), ''), '{}')::jsonb $$;

revoke execute on function private.request_headers from public, anon, authenticated, service_role;


-- Whether our API sends this request to Storage for the caller: its headers are x-api-time, in seconds since 1970, and
-- x-api-proof over that time. A proof is made for one request. It counts for five minutes before and after the
-- database's own time: that is the room for clocks that differ, and for a request that waits.
-- A boolean, because Storage answers 500 when a policy raises. Called by the policies of storage.objects.
create or replace function private.api_asks() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  headers constant jsonb := private.request_headers();
  made_at constant text := headers ->> 'x-api-time';
begin
  if made_at is null or made_at !~ '^[0-9]{1,11}$' then
    return false;
  end if;
  return abs(extract(epoch from now()) - made_at::bigint) <= 300
    and private.is_proof('storage', made_at, headers ->> 'x-api-proof');
end
$$;

revoke execute on function private.api_asks from public, anon, authenticated, service_role;
grant execute on function private.api_asks to anon, authenticated;


-- What logs and reports hold instead of an account's id, with the stored key (libs/repositories/proof.py). Who a log
-- line is about: select id from profiles where private.pseudonym(id) = '<caller>'. For operators, in Studio.
create or replace function private.pseudonym(account_id uuid) returns text
language sql stable set search_path = ''
as $$ select left(encode(private.hmac('pseudonym of sub:' || account_id), 'hex'), 16) $$;

revoke execute on function private.pseudonym from public, anon, authenticated, service_role;
