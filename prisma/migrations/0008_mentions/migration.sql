-- Ids that a line names without saying which way (role 5): the place in the code that says them, by which the way is learned.
alter table span_ref add column place text;

-- Which deliveries of a batch the cause did this for, where its lines tell; empty where it is for all of them.
alter table link add column deliveries bigint[] not null default '{}';
