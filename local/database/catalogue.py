"""What a migration can define, read from a database's catalogue: the schemas public and private, and ours beyond them.

Definitions come from Postgres itself (`pg_get_functiondef` and its kin), so two databases of one major version that
define an object alike give the same text.
"""

from typing import NamedTuple

import psycopg

# Objects of extensions come from no migration. A null ACL stands for the built-in default: for functions EXECUTE
# to PUBLIC, for everything else nothing. USAGE on the schema public is the platform's own.
_OBJECTS = """
with ours as (
  select oid, nspname, nspacl from pg_namespace where nspname in ('public', 'private')
), of_extension as (
  select classid, objid from pg_depend where deptype = 'e'
), relation as (
  select c.*, c.oid::regclass::text as name
  from pg_class as c join ours on ours.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and ('pg_class'::regclass, c.oid) not in (select classid, objid from of_extension)
), attribute as (
  select t.*, quote_ident(t.attname) as name, relation.name as relation
  from pg_attribute as t join relation on relation.oid = t.attrelid
  where t.attnum > 0 and not t.attisdropped and relation.relkind <> 'S'
), routine as (
  select p.*, p.oid::regprocedure::text as name
  from pg_proc as p join ours on ours.oid = p.pronamespace
  where ('pg_proc'::regclass, p.oid) not in (select classid, objid from of_extension)
), api_role as (
  select oid, quote_ident(rolname) as name from pg_roles where rolname in ('anon', 'authenticated', 'service_role')
  union all select 0, 'public'
), privilege as (
  select a.privilege_type as name, 'schema ' || ours.nspname as target, a.grantee, null as routine
  from ours, aclexplode(ours.nspacl) as a where not (ours.nspname = 'public' and a.privilege_type = 'USAGE')
  union all
  select a.privilege_type, case relkind when 'S' then 'sequence ' else 'table ' end || relation.name, a.grantee, null
  from relation, aclexplode(relation.relacl) as a
  union all
  select format('%s (%s)', a.privilege_type, attribute.name), 'table ' || attribute.relation, a.grantee, null
  from attribute, aclexplode(attribute.attacl) as a
  union all
  select a.privilege_type, 'routine ' || routine.name, a.grantee, routine.name
  from routine, aclexplode(coalesce(routine.proacl, acldefault('f', routine.proowner))) as a
), object (kind, name, definition, removal, part_of) as (
  select 'schema', nspname::text, null, null, null from ours

  union all
  select 'table', name, concat_ws(' ',
      case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' end,
      'with (' || array_to_string(reloptions, ', ') || ')',
      'as ' || pg_get_viewdef(case when relkind in ('v', 'm') then oid end)
    ), case when relkind = 'v' then format('drop view if exists %s', name) end, null
  from relation where relkind <> 'S'

  union all
  select 'column order', relation, string_agg(name, ', ' order by attnum), null, relation
  from attribute group by relation

  union all
  select 'column', attribute.relation || '.' || attribute.name, concat_ws(' ',
      format_type(atttypid, atttypmod),
      'collate ' || case when attcollation <> t.typcollation then attcollation::regcollation end,
      case when attnotnull then 'not null' end,
      case attidentity when 'a' then 'always' when 'd' then 'by default' end || ' as identity',
      case attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
      'default ' || pg_get_expr(d.adbin, d.adrelid)
    ), null, attribute.relation
  from attribute join pg_type as t on t.oid = atttypid
    left join pg_attrdef as d on d.adrelid = attrelid and d.adnum = attnum

  union all
  select 'sequence', name, format('%s from %s by %s, %s to %s%s', format_type(seqtypid, null), seqstart, seqincrement,
      seqmin, seqmax, case when seqcycle then ', cycles' end), null, null
  from relation join pg_sequence on seqrelid = relation.oid

  union all
  select 'type', t.oid::regtype::text, case t.typtype
      when 'e' then (
        select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid
      )
      when 'd' then concat_ws(' ', format_type(t.typbasetype, t.typtypmod), case when t.typnotnull then 'not null' end,
        'default ' || t.typdefault,
        (select string_agg(pg_get_constraintdef(oid), ' ' order by conname) from pg_constraint where contypid = t.oid))
      else (
        select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
        from pg_attribute where attrelid = t.typrelid and attnum > 0 and not attisdropped
      )
    end, null, null
  from pg_type as t join ours on ours.oid = t.typnamespace left join pg_class as c on c.oid = t.typrelid
  where (t.typtype in ('e', 'd') or c.relkind = 'c')
    and ('pg_type'::regclass, t.oid) not in (select classid, objid from of_extension)

  union all
  select 'constraint', format('%I on %s', conname, relation.name), pg_get_constraintdef(c.oid), null, relation.name
  from pg_constraint as c join relation on relation.oid = c.conrelid
  where c.contype in ('c', 'f', 'p', 'u', 'x')

  union all
  select 'index', i.indexrelid::regclass::text,
    pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ' (invalid)' end, null, relation.name
  from pg_index as i join relation on relation.oid = i.indrelid
  where not exists (select from pg_constraint where conindid = i.indexrelid and contype in ('p', 'u', 'x'))

  union all
  select 'row level security', name,
    case when relforcerowsecurity then 'forced' when relrowsecurity then 'on' else 'off' end, null, name
  from relation where relkind in ('r', 'p')

  union all
  select 'policy', format('%I on %s', polname, polrelid::regclass), concat_ws(' ',
      case when not polpermissive then 'restrictive' end,
      case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
        else 'all' end || ' to ' || (
          select string_agg(coalesce(rolname, 'public'), ', ' order by rolname)
          from unnest(polroles) as role left join pg_roles on pg_roles.oid = role
        ),
      'using (' || pg_get_expr(polqual, polrelid) || ')',
      'with check (' || pg_get_expr(polwithcheck, polrelid) || ')'
    ), format('drop policy if exists %I on %s', polname, polrelid::regclass), null
  from pg_policy join pg_class as c on c.oid = polrelid join pg_namespace as n on n.oid = c.relnamespace
  where nspname in ('public', 'private', 'storage')

  union all
  select 'trigger', format('%I on %s', tgname, tgrelid::regclass),
    pg_get_triggerdef(t.oid) || case tgenabled when 'O' then '' when 'D' then ' (disabled)' else ' (replica)' end,
    format('drop trigger if exists %I on %s', tgname, tgrelid::regclass), null
  from pg_trigger as t join routine on routine.oid = t.tgfoid
  where not tgisinternal

  union all
  select 'function', name, case when prokind <> 'a' then pg_get_functiondef(case when prokind <> 'a' then oid end) end,
    format('drop routine if exists %s', name), null
  from routine

  union all
  select distinct 'grant', format('%s on %s to %s', privilege.name, target, api_role.name), null,
    format('revoke %s on %s from %s', privilege.name, target, api_role.name), routine
  from privilege join api_role on api_role.oid = grantee

  union all
  select 'bucket', id, format('%s, %s, %s', case when public then 'public' else 'private' end,
      coalesce(file_size_limit || ' bytes', 'any size'),
      coalesce((select string_agg(mime, ', ' order by mime) from unnest(allowed_mime_types) as mime), 'any type')
    ), null, null
  from storage.buckets

  union all
  select 'publication', pubname || ' of all tables', null, null, null from pg_publication where puballtables
  union all
  select 'publication', format('%s of %I.%I', pubname, schemaname, tablename), null, null, null
  from pg_publication_tables
  where schemaname in ('public', 'private', 'storage', 'auth')
    and pubname not in (select pubname from pg_publication where puballtables)
)
select kind, name, coalesce(definition, ''), removal, part_of from object order by kind collate "C", name collate "C"
"""


class Key(NamedTuple):
    """What an object is, and its name with its schema."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Object(NamedTuple):
    """One object.

    `removal` is the statement that removes it; what holds data has none. `part_of` is the name of the table whose
    column, constraint, index or flag this is, or of the function that a grant is on.
    """

    definition: str
    removal: str | None
    part_of: str | None


Catalogue = dict[Key, Object]


def read_catalogue(connection: psycopg.Connection) -> Catalogue:
    """Everything that the database defines, by kind and name. Reads only."""
    with connection.transaction():
        # Names come out with their schema only when no schema is searched.
        connection.execute("set local search_path = ''")
        rows = connection.execute(_OBJECTS).fetchall()
    return {Key(kind, name): Object(*rest) for kind, name, *rest in rows}
