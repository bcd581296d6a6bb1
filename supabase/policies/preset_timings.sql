-- preset_timings: written and read by the generation functions alone.
revoke all on public.preset_timings from public, anon, authenticated, service_role;
