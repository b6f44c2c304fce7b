-- Which streams have lines that continue others (lib/ingest/continued-lines.ts). Few lines do, and every round of linking asks for its
-- streams: without this a round reads all their lines again.
create index event_continues on event (stream_id, time_ns) where facts ? 'continues';
