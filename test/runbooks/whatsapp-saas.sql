-- A small shop that takes bookings through WhatsApp: the database that the disaster-recovery runbooks are tried on.
-- Executed by psql in the database whatsapp_saas, as its owner. Volumes are modest so that a drill takes seconds.
\set ON_ERROR_STOP on

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
  salon_id bigint not null references salons,
  conversation_id bigint references conversations,
  status booking_status not null default 'pending',
  price_cents integer not null check (price_cents >= 0),
  starts_at timestamptz not null,
  created_at timestamptz not null default now()
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
create index bookings_starts_at on bookings (salon_id, starts_at);
create index messages_conversation on messages (conversation_id, created_at);
create index webhook_logs_created_at on webhook_logs (created_at);

insert into salons (name, phone_number_id)
  select 'Salon ' || n, 'phone-' || n from generate_series(1, 50) n;
insert into conversations (salon_id, customer_phone)
  select 1 + n % 50, '+5511' || (900000000 + n) from generate_series(1, 500) n;
insert into bookings (salon_id, conversation_id, status, price_cents, starts_at)
  select salon_id, id, (enum_range(null::booking_status))[1 + n % 4], 1000 + (n * 37) % 9000, timestamptz '2026-01-01 08:00+00' + n * interval '15 minutes'
  from generate_series(1, 2000) n join conversations on id = 1 + n % 500;
insert into messages (salon_id, conversation_id, direction, body, created_at)
  select salon_id, id, case n % 2 when 0 then 'in' else 'out' end, 'Message ' || n || ': às 10:30, "ok"?', timestamptz '2026-01-01 08:00+00' + n * interval '1 minute'
  from generate_series(1, 8000) n join conversations on id = 1 + n % 500;
insert into webhook_logs (salon_id, event_type, payload)
  select 1 + n % 50, 'message', jsonb_build_object('number', n, 'text', 'hello') from generate_series(1, 2000) n;

grant usage on schema public to whatsapp_app;
grant select, insert, update, delete on all tables in schema public to whatsapp_app;
grant usage, select on all sequences in schema public to whatsapp_app;

alter database whatsapp_saas set statement_timeout = '30s';
alter database whatsapp_saas set search_path = "$user", public;
revoke connect on database whatsapp_saas from public;
grant connect on database whatsapp_saas to whatsapp_app;
analyze;
