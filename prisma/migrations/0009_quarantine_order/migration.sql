-- The page shows quarantined records newest first, of one source or of all.
create index quarantine_received on quarantine (received_ns, id);
