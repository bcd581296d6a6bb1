-- Functions: hosted projects may grant EXECUTE to PUBLIC, anon, authenticated and service_role by default, so all of it
-- is taken back and each grant is given by name. A function that is not listed here is callable by nobody.
revoke all on schema private from public, anon, authenticated, service_role;
grant usage on schema private to anon, authenticated, service_role;

revoke all on all tables in schema private from public, anon, authenticated, service_role;
revoke all on all sequences in schema private from public, anon, authenticated, service_role;
revoke execute on all functions in schema public from public, anon, authenticated, service_role;
revoke execute on all functions in schema private from public, anon, authenticated, service_role;

-- People, about themselves.
grant execute on function public.my_usage() to authenticated;
grant execute on function private.my_usage() to authenticated;
grant execute on function public.my_usage_by_day() to authenticated;
grant execute on function private.my_usage_by_day() to authenticated;

-- People, about their own renders and collections: RLS scopes the first group, auth.uid() the second.
grant execute on function public.list_renders(jsonb, text, integer, text, uuid) to authenticated;
grant execute on function public.count_renders_by_month(jsonb) to authenticated;
grant execute on function public.change_renders(jsonb, text, uuid) to authenticated;
grant execute on function public.render_detail(uuid) to authenticated;
grant execute on function public.list_collections(integer, boolean, timestamp with time zone, uuid, uuid, uuid) to authenticated;
grant execute on function public.move_collection_item(uuid, uuid, uuid) to authenticated;
grant execute on function private.render_conditions(jsonb) to authenticated;
grant execute on function private.renders_with_words(text) to authenticated;
grant execute on function private.first_with_words(jsonb, text, integer, timestamp with time zone, uuid) to authenticated;
grant execute on function public.delete_trashed_renders(jsonb) to authenticated;
grant execute on function private.delete_trashed_renders(jsonb) to authenticated;
grant execute on function public.delete_variant(uuid) to authenticated;
grant execute on function private.delete_variant(uuid) to authenticated;

grant execute on function public.my_share_links(integer, uuid, uuid, timestamp with time zone, uuid, uuid) to authenticated;
grant execute on function private.my_share_links(integer, uuid, uuid, timestamp with time zone, uuid, uuid) to authenticated;

-- Everybody: RLS leaves what is published.
grant execute on function public.list_community(integer, text, integer, uuid, text) to anon, authenticated;
grant execute on function public.community_tags() to anon, authenticated;
grant execute on function public.community_addresses() to anon, authenticated;

-- The API for a visitor (as anon): proof.
grant execute on function public.open_share(text, text) to anon;
grant execute on function private.open_share(text, text) to anon;
grant execute on function public.open_shared_picture(text, text) to anon;
grant execute on function private.open_shared_picture(text, text) to anon;
grant execute on function private.share_opens_file(text) to anon;
grant execute on function private.has_room_for_photo(text) to authenticated;
grant execute on function public.report_picture(text, text) to anon;
grant execute on function private.report_picture(text, text) to anon;

-- The API for a person: JWT and proof.
grant execute on function public.reserve_generation(text, text) to authenticated;
grant execute on function private.reserve_generation(text, text) to authenticated;
grant execute on function public.attach_prediction(text, text) to authenticated;
grant execute on function private.attach_prediction(text, text) to authenticated;
grant execute on function public.request_cancel(text, text) to authenticated;
grant execute on function private.request_cancel(text, text) to authenticated;
grant execute on function public.attach_customer(text, text) to authenticated;
grant execute on function private.attach_customer(text, text) to authenticated;
grant execute on function public.delete_account(text, text) to authenticated;
grant execute on function private.delete_account(text, text) to authenticated;

-- The API for a person, or for itself (reconcile, as anon): proof.
grant execute on function public.release_generation(text, text) to anon, authenticated;
grant execute on function private.release_generation(text, text) to anon, authenticated;
grant execute on function public.stale_generations(text, text) to anon;
grant execute on function private.stale_generations(text, text) to anon;
grant execute on function public.purge_trash(text, text) to anon;
grant execute on function private.purge_trash(text, text) to anon;

-- The webhook handlers.
grant execute on function public.record_progress(uuid, text, integer, integer) to service_role;
grant execute on function private.record_progress(uuid, text, integer, integer) to service_role;
grant execute on function public.announce_files(uuid, text, jsonb) to service_role;
grant execute on function private.announce_files(uuid, text, jsonb) to service_role;
grant execute on function public.complete_generation(text, uuid, text, jsonb) to service_role;
grant execute on function private.complete_generation(text, uuid, text, jsonb) to service_role;
grant execute on function public.fail_generation(text, uuid, text, public.job_status, text) to service_role;
grant execute on function private.fail_generation(text, uuid, text, public.job_status, text) to service_role;
grant execute on function public.next_file_removals(integer) to service_role;
grant execute on function private.next_file_removals(integer) to service_role;
grant execute on function public.confirm_file_removals(jsonb) to service_role;
grant execute on function private.confirm_file_removals(jsonb) to service_role;
grant execute on function public.next_billing_version(text) to service_role;
grant execute on function private.next_billing_version(text) to service_role;
grant execute on function public.apply_billing_state(text, text, text, bigint, jsonb) to service_role;
grant execute on function private.apply_billing_state(text, text, text, bigint, jsonb) to service_role;
