-- A small shop that takes bookings through WhatsApp: the database that the runbooks are drilled on.
--
--   psql -X -v ON_ERROR_STOP=1 -v messages=100000 -d whatsapp_saas -f schema.sql
\set ON_ERROR_STOP on
begin;

create extension amcheck; -- verification reads every page with it

create type booking_status as enum ('pending', 'confirmed', 'cancelled', 'completed');

create table salons (
  id bigserial primary key,
  name text not null,
  phone_number_id text not null unique,
  created_at timestamptz not null default now()
);
create table conversations (
  id bigserial primary key,
  salon_id bigint not null references salons,
  customer_phone text not null,
  created_at timestamptz not null default now(),
  unique (salon_id, customer_phone)
);
create table bookings (
  id bigserial primary key,
  reference uuid not null default gen_random_uuid() unique, -- what the customer is told
  salon_id bigint not null references salons,
  conversation_id bigint references conversations,
  status booking_status not null default 'pending',
  price_cents integer not null check (price_cents >= 0),
  starts_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table messages (
  id bigserial primary key,
  salon_id bigint not null references salons,
  conversation_id bigint not null references conversations,
  direction text not null check (direction in ('in', 'out')),
  body text not null,
  created_at timestamptz not null default now()
);
create table webhook_logs (
  id bigserial primary key,
  salon_id bigint references salons,
  event_type text not null,
  payload jsonb not null,
  created_at timestamptz not null default now()
);
create table _prisma_migrations (
  id text primary key,
  migration_name text not null unique,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  rolled_back_at timestamptz
);

-- One salon for 500 messages, 40 conversations, 150 bookings: the proportions of a shop in its second year.
insert into salons (name, phone_number_id, created_at)
  select 'Salon ' || n, 'phone-' || n, timestamptz '2025-01-01 08:00+00'
  from generate_series(1, greatest(4, :messages / 500)) n;
insert into conversations (salon_id, customer_phone, created_at)
  select s.id, '+5511' || (900000000 + s.id * 40 + n), timestamptz '2025-02-01 08:00+00'
  from salons s, generate_series(1, 40) n;
insert into bookings (salon_id, conversation_id, status, price_cents, starts_at, created_at, updated_at)
  select c.salon_id, c.id, (enum_range(null::booking_status))[1 + n % 4], 1000 + (n * 37) % 9000,
         timestamptz '2025-03-01 08:00+00' + n * interval '15 minutes',
         timestamptz '2025-03-01 08:00+00' + n * interval '1 minute', timestamptz '2025-03-01 08:00+00' + n * interval '1 minute'
  from generate_series(1, (:messages * 3) / 10) n join conversations c on c.id = 1 + n % (select count(*) from conversations);
insert into messages (salon_id, conversation_id, direction, body, created_at)
  select c.salon_id, c.id, case n % 2 when 0 then 'in' else 'out' end, 'Message ' || n || ': às 10:30, "ok"?',
         timestamptz '2025-03-01 08:00+00' + n * interval '1 minute'
  from generate_series(1, :messages) n join conversations c on c.id = 1 + n % (select count(*) from conversations);
insert into webhook_logs (salon_id, event_type, payload, created_at)
  select 1 + n % (select count(*) from salons), 'message', jsonb_build_object('number', n, 'text', 'hello'),
         timestamptz '2025-03-01 08:00+00' + n * interval '1 minute'
  from generate_series(1, (:messages * 3) / 10) n;
insert into _prisma_migrations (id, migration_name, finished_at) values ('0001', '20250101000000_init', now());

create index bookings_starts_at on bookings (salon_id, starts_at);
create index messages_conversation on messages (conversation_id, created_at);
create index messages_created_at on messages (created_at);
create index webhook_logs_created_at on webhook_logs (created_at);

-- The application may do its work and nothing else.
grant usage on schema public to whatsapp_app;
grant select, insert, update, delete on salons, conversations, bookings, messages, webhook_logs to whatsapp_app;
grant usage, select on all sequences in schema public to whatsapp_app;

alter database whatsapp_saas set statement_timeout = '30s';
revoke connect on database whatsapp_saas from public;
grant connect on database whatsapp_saas to whatsapp_app;
commit;
analyze;
