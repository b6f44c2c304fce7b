-- What a person sets that is no connection.

-- Format strings of access logs, as they stand in the configuration of what writes the log: lines of these groups are read by them.
create table access_format (
  pattern text primary key,              -- a log group or the NAME of a delivery; * stands for any run of characters
  format text not null,
  changed_ms bigint not null
);
