-- The store. Ids are 64-bit hashes of identity; time is nanoseconds since the epoch; no foreign keys between tables that grow,
-- so that they can be spread by hash and partitioned by time later.

-- What was read from where, and what became of it: received = stored + duplicate + quarantined + rejected.
create table source (
  id bigint primary key,                 -- hash64 of name
  name text not null unique,
  kind text not null,                    -- cloudwatch | xray | file | http
  received bigint not null default 0,
  stored bigint not null default 0,
  duplicate bigint not null default 0,
  quarantined bigint not null default 0,
  rejected bigint not null default 0,
  first_ns bigint,
  last_ns bigint,
  last_received_ns bigint
);

create table service (
  id bigint primary key,                 -- hash64 of kind and name
  name text not null,
  kind text not null,
  assumed boolean not null               -- the kind is a guess: a known kind of that name wins when asked
);
create index service_name on service (name);

create table log_stream (
  id bigint primary key,                 -- hash64 of group and stream
  log_group text,
  log_stream text,
  source_id bigint not null,
  service_id bigint not null,
  sandbox boolean not null               -- one execution at a time: lines without an id belong to the one that is open
);

create table template (
  id bigint primary key,                 -- hash64 of service and text
  service_id bigint not null,
  text text not null,
  severity smallint not null
);
create index template_service on template (service_id);

-- Events: weekly partitions, made when the first event of a week comes (lib/store/partitions.ts).
create table event (
  time_ns bigint not null,
  id bigint not null,                    -- first 64 bits of SHA-256 of the identity
  batch_id bigint not null,
  observed_ns bigint,
  source_id bigint not null,
  stream_id bigint not null,
  service_id bigint not null,
  group_id bigint,                       -- the set of events that are assembled together; null until the linker knows
  span_id bigint,                        -- differs from group_id only where one RequestId had several attempts
  template_id bigint,
  severity smallint not null,
  form smallint not null,                -- 0 log, 1 segment
  request_id text,
  trace_id text,
  source_event_id text,
  message text,                          -- null where it equals body
  body text not null,
  body_bytes bytea,                      -- the true bytes where body could not hold them
  facts jsonb,
  terms bigint[] not null                -- hashes of values, name=value pairs, template, service: the inverted index
) partition by range (time_ns);
create unique index event_key on event (time_ns, id);
create index event_terms on event using gin (terms);
create index event_group on event (group_id);
-- What the linker looks at to find the execution that was open: lines without an id, and platform lines.
create index event_stream on event (stream_id, time_ns) where request_id is null or facts is not null;
create index event_batch on event using brin (batch_id) with (pages_per_range = 16);

-- One row a committed piece of a delivery: the linker's queue.
create table ingest_batch (
  id bigint primary key,
  source_id bigint not null,
  min_ns bigint not null,
  max_ns bigint not null,
  events integer not null,
  received_ns bigint not null,
  linked_at timestamptz
);
create index ingest_batch_open on ingest_batch (id) where linked_at is null;
create sequence ingest_batch_id;

-- Identity of lines without a time: the time that the first copy got. Kept for 7 days.
create table untimed_identity (
  hash bigint primary key,
  time_ns bigint not null,
  seen_ns bigint not null
);
create index untimed_identity_seen on untimed_identity (seen_ns);

create table quarantine (
  id bigint not null,                    -- hash of source and bytes
  source_id bigint not null,
  received_ns bigint not null,
  code text not null,
  reason text not null,
  line bigint not null,
  bytes bytea not null,
  primary key (source_id, id)
);

-- Names and values for completion; values only of names that have few.
create table field (
  name text primary key,
  count bigint not null,
  distinct_values integer not null
);
create table field_value (
  name text not null,
  value text not null,
  count bigint not null,
  primary key (name, value)
);

-- Derived from here on: everything below can be rebuilt from the events.
create table span (
  id bigint primary key,                 -- hash64 of the span's key
  group_id bigint not null,
  form smallint not null,                -- 0 execution 1 request 2 delivery 3 segment 4 span 5 event
  service_id bigint not null,
  name text not null,
  start_ns bigint not null,
  start_exact boolean not null,
  end_ns bigint,
  open boolean not null,
  failed boolean not null,
  severity smallint not null,
  event_count integer not null,
  request_id text,
  trace_id text,
  outcome text,
  attributes jsonb not null,
  first_event_ns bigint,
  first_event_id bigint
);
create index span_group on span (group_id) where group_id <> id;
create index span_start on span (start_ns);

create table span_ref (
  span_id bigint not null,
  join_hash bigint not null,             -- hash64 of kind and value
  role smallint not null,                -- 0 self 1 parent 2 produced 3 consumed 4 called
  kind smallint not null,                -- 0 span 1 request 2 message 3 event 4 object 5 position 6 execution
  value text not null,
  event_ns bigint not null,
  event_id bigint not null,
  primary key (span_id, join_hash, role)
);
create index span_ref_join on span_ref (join_hash);

create table link (
  effect bigint not null,
  cause bigint not null,
  kind text not null,
  tier char(1) not null,
  rule text not null,
  confidence real not null,
  cause_event_ns bigint,
  cause_event_id bigint,
  effect_event_ns bigint,
  effect_event_id bigint,
  evidence jsonb not null,
  alternatives jsonb not null,
  primary key (effect, cause)
);
create index link_cause on link (cause);

create table transaction (
  id bigint primary key,                 -- hash64 of the root span's id
  root_span bigint not null,
  start_ns bigint not null,
  end_ns bigint,
  failed boolean not null,
  open boolean not null,
  retried boolean not null,
  name text not null,
  outcome text,
  service_ids bigint[] not null,
  span_count integer not null,
  event_count integer not null,
  confidence real not null
);
create index transaction_start on transaction (start_ns, id);

create table transaction_span (
  transaction_id bigint not null,
  span_id bigint not null,
  primary key (transaction_id, span_id)
);
create index transaction_span_span on transaction_span (span_id);

-- A transaction whose root gained a cause: its id answers with the place of that span.
create table former_transaction (
  id bigint primary key,
  root_span bigint not null
);
