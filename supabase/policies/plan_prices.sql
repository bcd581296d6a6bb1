-- plan_prices: only functions of the schema private read which price buys which plan.
revoke all on public.plan_prices from public, anon, authenticated, service_role;
