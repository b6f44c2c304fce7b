-- Links that a model made (tiers B and C): which one, and over which span where silent deliveries lie between.
alter table link
  add column model text,                 -- content hash of the model; null where a rule of ids proves the link
  add column via bigint;                 -- the span whose lines were matched, where that is not the effect itself
create index link_via on link (via) where via is not null;

-- What a model-made link was before it changed: older links never change silently.
create table link_history (
  effect bigint not null,
  cause bigint not null,
  ended_at timestamptz not null,
  reason text not null,                  -- exact: a rule proves a cause; scored: scored again; feedback: a person's word
  tier char(1) not null,
  rule text not null,
  confidence real not null,
  model text not null,
  evidence jsonb not null,
  primary key (effect, cause, ended_at)
);

-- What was learned, from which events: the same sealed set gives the same content.
create table link_model (
  version integer primary key,
  hash text not null,                    -- of the content
  fitted_at timestamptz not null,
  ranges jsonb not null,                 -- the sealed set: [[from, to), …] in ns, decimal
  events bigint not null,                -- log events in it
  spans bigint not null,
  labels bigint not null,                -- certain links that it was fitted on
  cell_ns bigint not null,
  reach_ns bigint not null,              -- context that a cell needs on either side
  content jsonb not null,
  rule_health jsonb not null
);

-- Time cut into cells: the effects that start in one are scored together, with what lies within reach around it.
create table link_cell (
  start_ns bigint primary key,
  events integer not null,
  marks bigint not null,                 -- goes up with each change within reach
  scored bigint not null                 -- marks when it was last scored; there is work where it is less
);
create index link_cell_open on link_cell (start_ns) where scored < marks;

-- Where linking stands: one row.
create table linking (
  id smallint primary key check (id = 1),
  model_version integer,
  events bigint not null,                -- through the exact rules since the beginning, and the segment documents among them
  segments bigint not null,
  fitted_events bigint not null,         -- the same two when the model was fitted
  fitted_segments bigint not null,
  newest_ns bigint,                      -- latest event time through the exact rules
  changed_at timestamptz not null,       -- of the last batch through the exact rules
  due_since timestamptz,                 -- since when there is enough new for another fit
  relink_requested timestamptz,
  skipping boolean not null              -- tier C waits because the exact rules have too much to do
);
insert into linking
  select 1, null, count(*), count(*) filter (where form = 1), 0, 0, max(time_ns), now(), case when count(*) > 0 then now() end, null, false from event;

-- What people say of links; only added to, the latest word on a pair counts.
create table link_feedback (
  effect bigint not null,
  given_at timestamptz not null default clock_timestamp(),
  cause bigint not null,
  verdict text not null,                 -- confirm | reject | pick | undo
  alternative bigint,                    -- the cause that was picked instead
  note text,
  primary key (effect, given_at)
);
