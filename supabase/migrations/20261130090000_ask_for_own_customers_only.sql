-- Why: the Stripe account may have customers of other products, and its events come to this endpoint too. A sync began with
-- a number for anybody, asked Stripe about the customer and ended what looked like duplicates.
-- Running code sees: a missing function until it is replaced; its events come again.
set local lock_timeout = '5s';

drop function public.next_billing_version();
drop function private.next_billing_version();

-- A number for a sync of a customer that begins now: taken before Stripe is asked. Null for a customer of nobody here.
create function private.next_billing_version(customer text) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not exists (select from public.profiles where stripe_customer_id = customer) then
    return null;
  end if;
  return nextval('private.billing_versions');
end
$$;

create function public.next_billing_version(customer text) returns bigint
language sql volatile security invoker set search_path = ''
as $$ select private.next_billing_version(customer) $$;
