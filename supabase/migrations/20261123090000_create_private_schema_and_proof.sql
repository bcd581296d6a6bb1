-- Why: RPCs that move a job or money are callable by anybody with a JWT, so they demand a proof that our API is asking.
-- Running code sees: nothing yet; no table of the public schema is touched.
set local lock_timeout = '5s';

-- SECURITY DEFINER bodies live here; PostgREST never exposes this schema.
create schema private;

-- The API's proof key K as its two padded halves (K xor ipad, K xor opad; RFC 2104), so that plain sha256() makes exact HMAC-SHA256.
create table private.proof_key (
  id boolean primary key default true check (id),
  inner_pad bytea not null check (length(inner_pad) = 64),
  outer_pad bytea not null check (length(outer_pad) = 64)
);

alter table private.proof_key enable row level security;

-- Who asks, as the proof names them: the JWT's subject, or `anon` for calls without a user (reconcile).
create function private.caller_name() returns text
language sql stable set search_path = ''
as $$ select coalesce(auth.uid()::text, 'anon') $$;

-- HMAC-SHA256 with the stored key; null while no key is stored, so every proof fails closed.
create function private.hmac(message text) returns bytea
language sql stable security definer set search_path = ''
as $$
  select sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8'))) from private.proof_key
$$;

-- Called first by every guarded function. Raises PT403 `proof_invalid`.
-- Both sides are hashed once more before comparing: what a timing could tell is then worthless.
create function private.verify_proof(function_name text, request text, proof text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if request is null or proof is null or proof !~ '^[0-9a-f]{64}$'
    or sha256(decode(proof, 'hex')) is distinct from
      sha256(private.hmac(function_name || E'\n' || private.caller_name() || E'\n' || request))
  then
    raise sqlstate 'PT403' using message = 'proof_invalid', detail = '{}';
  end if;
end
$$;
