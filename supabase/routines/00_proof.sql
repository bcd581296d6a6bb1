-- Proofs: an RPC that moves a job or money is callable by anybody with a JWT, so it demands a proof that our API asks.


-- Who asks, as the proof names them: the JWT's subject, or `anon` for calls without a user (reconcile).
create or replace function private.caller_name() returns text
language sql stable set search_path = ''
as $$ select coalesce(auth.uid()::text, 'anon') $$;

revoke execute on function private.caller_name() from public, anon, authenticated, service_role;


-- HMAC-SHA256 with the stored key; null while no key is stored, so every proof fails closed.
create or replace function private.hmac(message text) returns bytea
language sql stable security definer set search_path = ''
as $$
  select sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8'))) from private.proof_key
$$;

revoke execute on function private.hmac(text) from public, anon, authenticated, service_role;


-- Called first by every guarded function. Raises PT403 `proof_invalid`.
-- Both sides are hashed once more before comparing: what a timing could tell is then worthless.
create or replace function private.verify_proof(function_name text, request text, proof text) returns void
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

revoke execute on function private.verify_proof(text, text, text) from public, anon, authenticated, service_role;
