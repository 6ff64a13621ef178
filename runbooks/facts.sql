-- What a database holds, as facts that can be compared: one line each, name <tab> number <tab> checksum.
--
--   psql -X -v ON_ERROR_STOP=1 -d shop -f facts.sql > manifest.tsv
--
-- Every table gives its exact row count and a checksum over the content of every row, every sort of definition gives how many
-- there are and a checksum over them. Run on the original in the snapshot of a dump, and on the restored copy: equal lines mean
-- equal content. Read only; every table is read once.
-- What a dump may spell differently without a change of meaning is left out: texts of CHECK constraints, views and partial
-- indexes are compared by name, privileges as what they grant and not as they are stored.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset fieldsep '\t'
\pset tuples_only on
\pset footer off

-- The text of a value depends on these.
set time zone 'UTC';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
set bytea_output = 'hex';
set extra_float_digits = 1;
set search_path = pg_catalog;
set statement_timeout = 0;
set row_security = off;

-- Content: one statement for each table, made here and executed by \gexec. A sum does not depend on the order of rows.
select format(
    'select %L, count(*), coalesce(sum((''x'' || left(md5(t::text), 15))::bit(60)::bigint), 0) from %I.%I t',
    'table ' || format('%I.%I', n.nspname, c.relname), n.nspname, c.relname)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and c.relpersistence = 'p'
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_%'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by n.nspname collate "C", c.relname collate "C"
\gexec

-- Sequences: how far behind the highest value of the column each is; anything but 0 makes the next insert fail.
select format(
    'select %L, greatest(0, coalesce((select max(%I) from %I.%I), 0) - (select case when is_called then last_value else last_value - 1 end from %I.%I)), ''-''',
    'sequence ' || format('%I.%I', sn.nspname, s.relname) || ' is behind by',
    a.attname, tn.nspname, t.relname, sn.nspname, s.relname)
from pg_depend d
join pg_class s on s.oid = d.objid and s.relkind = 'S'
join pg_namespace sn on sn.oid = s.relnamespace
join pg_class t on t.oid = d.refobjid
join pg_namespace tn on tn.oid = t.relnamespace
join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
join pg_sequence q on q.seqrelid = s.oid and q.seqincrement > 0
where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
order by sn.nspname collate "C", s.relname collate "C"
\gexec

-- Definitions and privileges: how many of each sort, and a checksum over all of them.
with
spaces as (
  select oid, nspname, nspacl, nspowner from pg_namespace
  where nspname not in ('pg_catalog', 'information_schema') and nspname not like 'pg\_%'
),
relations as (
  select c.*, n.nspname from pg_class c join spaces n on n.oid = c.relnamespace
  where not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
),
here as (select * from pg_database where datname = current_database()),
definitions (sort, definition) as (
  select 'columns', format('%I.%I %I %s %s %s', r.nspname, r.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef)
  from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  where r.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
  union all
  select 'constraints', format('%I.%I %I %s %s %s', r.nspname, r.relname, k.conname, k.contype, k.convalidated, case when k.contype <> 'c' then pg_get_constraintdef(k.oid) end)
  from relations r join pg_constraint k on k.conrelid = r.oid
  union all
  select 'valid indexes', format('%I.%I %I %s %s', r.nspname, r.relname, i.relname, x.indisunique, case when x.indpred is null and x.indexprs is null then pg_get_indexdef(x.indexrelid) end)
  from relations r join pg_index x on x.indrelid = r.oid join pg_class i on i.oid = x.indexrelid
  where x.indisvalid and x.indisready and x.indislive
  union all
  select 'triggers', format('%I.%I %I %s %s %s', r.nspname, r.relname, t.tgname, t.tgfoid::regproc, t.tgtype, t.tgenabled)
  from relations r join pg_trigger t on t.tgrelid = r.oid
  where not t.tgisinternal
  union all
  select 'policies', format('%I.%I %I %s %s', r.nspname, r.relname, p.polname, p.polcmd, r.relrowsecurity)
  from relations r join pg_policy p on p.polrelid = r.oid
  union all
  select 'row security', format('%I.%I %s %s', r.nspname, r.relname, r.relrowsecurity, r.relforcerowsecurity) from relations r where r.relkind in ('r', 'p')
  union all
  select 'routines', format('%s %s', p.oid::regprocedure, md5(p.prosrc))
  from pg_proc p join spaces n on n.oid = p.pronamespace
  where not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  union all
  select 'enum labels', format('%I.%I %L after %s others', n.nspname, t.typname, e.enumlabel, row_number() over (partition by t.oid order by e.enumsortorder) - 1)
  from pg_enum e join pg_type t on t.oid = e.enumtypid join spaces n on n.oid = t.typnamespace
  union all
  select 'extensions', extname from pg_extension
  union all
  select 'owners', format('%I.%I %s', nspname, relname, relowner::regrole) from relations where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'privileges', format('%I.%I %s %s %s', r.nspname, r.relname, case p.grantee when 0 then 'public' else p.grantee::regrole::text end, p.privilege_type, p.is_grantable)
  from relations r, aclexplode(coalesce(r.relacl, acldefault((case r.relkind when 'S' then 's' else 'r' end)::"char", r.relowner))) p
  where r.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'privileges on columns', format('%I.%I.%I %s %s', r.nspname, r.relname, a.attname, case p.grantee when 0 then 'public' else p.grantee::regrole::text end, p.privilege_type)
  from relations r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped, aclexplode(a.attacl) p
  union all
  select 'privileges on schemas', format('%I %s %s', n.nspname, case p.grantee when 0 then 'public' else p.grantee::regrole::text end, p.privilege_type)
  from spaces n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) p
  union all
  select 'privileges on the database', format('%s %s', case p.grantee when 0 then 'public' else p.grantee::regrole::text end, p.privilege_type)
  from here, aclexplode(coalesce(datacl, acldefault('d', datdba))) p
  union all
  select 'settings of the database', format('%s %s', coalesce(nullif(setrole, 0)::regrole::text, 'all roles'), setting)
  from here join pg_db_role_setting on setdatabase = here.oid, unnest(setconfig) setting
)
select sort, count(*), md5(string_agg(definition, E'\n' order by definition collate "C")) from definitions group by sort order by sort collate "C";
