-- X-Ray: which traces were announced by summaries and which of them have to be fetched, and how far each kind of reading is.

create table polled_trace (
  target_id bigint not null,
  trace_id text not null,
  revision bigint not null,              -- the newest that a summary announced
  start_ms bigint not null,
  fetched_ms bigint,                     -- null before the first time
  due_ms bigint,                         -- to be fetched (again) then; null: nothing is awaited
  tries integer not null,                -- times that it was fetched since it was last announced
  misses integer not null,               -- times that X-Ray did not give it since it last did
  primary key (target_id, trace_id)
);
create index polled_trace_due on polled_trace (target_id, due_ms) where due_ms is not null;

create table trace_scan (
  target_id bigint not null,
  kind text not null,                    -- live | sweep-2h | sweep-24h
  version bigint not null,               -- a writer that read an older one writes nothing
  done_ms bigint not null,               -- announced up to here (live)
  due_ms bigint not null,
  from_ms bigint,                        -- the window under way; null between windows
  to_ms bigint,
  token text,                            -- of the window's next page: a short cut, never the truth
  primary key (target_id, kind)
);
