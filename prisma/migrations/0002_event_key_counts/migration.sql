-- The map counts the events of each service in a range: answered from the index alone, 9 MB instead of the 140 MB that 185,000 events
-- take (3 times faster with everything in memory); the index grows by a third, 13 bytes an event.
drop index event_key;
create unique index event_key on event (time_ns, id) include (service_id, form);
