-- Proofs: anybody with a JWT can call an RPC, so an RPC that moves a job or money, or that serves visitors, is guarded:
-- it takes `request`, JSON text exactly as it was signed, and `proof`, by which our API shows that it is the one that
-- calls. Every guarded function raises PT403 proof_invalid.


-- Who calls, as the proof names them: the JWT's subject, or `anon` for calls without a user. Called by verify_proof().
create or replace function private.caller_name() returns text
language sql stable set search_path = ''
as $$ select coalesce(auth.uid()::text, 'anon') $$;

revoke execute on function private.caller_name from public, anon, authenticated, service_role;


-- HMAC-SHA256 with the stored key. Null while no key is stored: every proof is refused then.
-- Called by verify_proof() and share_token().
create or replace function private.hmac(message text) returns bytea
language sql stable security definer set search_path = ''
as $$
  select sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8'))) from private.proof_key
$$;

revoke execute on function private.hmac from public, anon, authenticated, service_role;


-- Called first by every guarded function. Raises PT403 proof_invalid. Both sides are hashed once more before they are
-- compared: the time that takes then says nothing about the right proof.
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

revoke execute on function private.verify_proof from public, anon, authenticated, service_role;
