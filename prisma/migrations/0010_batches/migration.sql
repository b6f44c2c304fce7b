-- Batches. An execution that got ten messages belongs to ten transactions, but what it sent for one of them does not belong to the other nine.
-- A link says through which ids its effect was reached (joins: hashes as in span_ref) and for which of the ids that reached its cause it does
-- not stand (not_for); a walk that came to the cause by those alone does not go on.
alter table link rename column deliveries to not_for;
alter table link add column joins bigint[] not null default '{}';
alter table span_ref add column not_for bigint[] not null default '{}';
