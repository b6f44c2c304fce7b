-- What is asked of AWS, and how far. Small tables; times in ms, as AWS's own are. No secret is ever stored: credentials come from the
-- environment's default chain or from a role that is assumed.

create table aws_connection (
  id bigint primary key,
  label text not null,
  region text not null,
  role_arn text,
  external_id text,
  endpoint text,
  groups text[] not null,                -- names and globs
  excluded_groups text[] not null,
  filter_pattern text,
  xray boolean not null,
  enabled boolean not null,
  account_id text,                       -- learned from the first answer
  since_ms bigint not null,              -- the chosen groups are read from here on
  created_ms bigint not null,
  changed_ms bigint not null,            -- grows with every change: the poller reads the row again
  listed_ms bigint,                      -- when its groups were last listed
  problem jsonb                          -- what keeps all of it from being read: {code, message, advice, action, timeMs}
);

-- One log group (or the X-Ray traces) of one connection: its state, its books, and what is learned of its delays.
create table poll_target (
  id bigint primary key,                 -- hash64 of connection, kind and name
  connection_id bigint not null,
  kind text not null,                    -- logs | xray
  name text not null,
  source_id bigint not null,
  state text not null,                   -- active | forbidden | deleted | unsupported | failing | excluded
  group_class text,
  stored_bytes bigint,
  since_ms bigint not null,              -- complete from here on, up to complete_ms
  complete_ms bigint,
  delays integer[] not null,             -- histogram of ingestion delays (lib/model/delays.ts)
  received bigint not null,
  stored bigint not null,
  duplicate bigint not null,
  late bigint not null,                  -- came after their time had been called complete
  last_read_ms bigint,
  last_event_ms bigint,
  problem jsonb
);
create unique index poll_target_name on poll_target (connection_id, kind, name);
create index poll_target_source on poll_target (source_id);

-- One reading of a target: the live one, the sweeps for late events, backfills. It moves in the transaction that stores what it has read.
create table poll_scan (
  target_id bigint not null,
  kind text not null,                    -- live | sweep-2h | sweep-24h | sweep-14d | backfill-<id>
  version bigint not null,               -- a writer that read an older one writes nothing
  due_ms bigint not null,
  done_ms bigint not null,               -- read up to here (live)
  read_at_ms bigint not null,            -- what had arrived by then has been read
  from_ms bigint,                        -- the range under way and its first chunk; null between ranges
  to_ms bigint,
  started_ms bigint,
  chunk_to_ms bigint,
  chunk_at_ms bigint,
  token text,                            -- of the chunk's next page: a short cut, never the truth
  pages integer not null,
  width_ms bigint not null,              -- of a chunk
  received bigint not null,
  stored bigint not null,
  finished_ms bigint,
  primary key (target_id, kind)
);

create table backfill (
  id bigint primary key,
  connection_id bigint not null,
  from_ms bigint not null,
  to_ms bigint not null,
  groups text[] not null,
  state text not null,                   -- running | done | cancelled
  created_ms bigint not null,
  ended_ms bigint
);

-- What is complete: ranges of a target, joined where they touch. `to` is exclusive.
create table coverage (
  target_id bigint not null,
  source_id bigint not null,
  from_ms bigint not null,
  to_ms bigint not null,
  primary key (target_id, from_ms)
);
create index coverage_source on coverage (source_id);
