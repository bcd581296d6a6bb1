-- webhook_events: hidden from people. The webhook functions write it; operators read it in Studio.
revoke all on public.webhook_events from public, anon, authenticated, service_role;
