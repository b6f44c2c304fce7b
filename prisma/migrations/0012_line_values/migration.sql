-- Hashes of a log line's values as the statistical tiers compare them (lib/store/line-values.ts): without them each line is parsed again when a model
-- is learned from it and whenever its stretch of time is scored. Null for what was stored before, whose text is parsed then.
alter table event add column line_values bytea;
