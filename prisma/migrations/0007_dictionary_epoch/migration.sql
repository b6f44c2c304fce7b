-- Writers remember which sources, services, streams and templates are certainly stored. Whoever deletes some raises the epoch in the same
-- transaction; a writer holds the row shared while it writes, and forgets what it knew when the number has changed.
create table dictionary_epoch (
  id smallint primary key check (id = 1),
  epoch bigint not null
);
insert into dictionary_epoch values (1, 1);
