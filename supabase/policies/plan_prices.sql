-- plan_prices: nobody but the functions of the private schema reads which price buys which plan.
revoke all on public.plan_prices from public, anon, authenticated, service_role;
