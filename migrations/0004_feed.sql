-- The feed of changes: one order in which a reader that keeps only a cursor misses nothing.

-- Positions are transaction ids, which begin anew where the data is restored into a younger server: each such
-- beginning is an epoch, and every change of an earlier one comes before it.
create table feed_epoch (
    epoch integer primary key,
    began_at timestamptz not null default clock_timestamp()
);
insert into feed_epoch (epoch) values (0);

alter table change
    add column epoch integer not null default 0,
    add column divisions text[] not null default '{}',
    alter column submission_id drop not null;
alter table change
    alter column epoch drop default,
    alter column divisions drop default;

create index change_order on change (epoch, position, entity_id, version);

create view feed as
select change.epoch, change.position, change.entity_id, change.version, change.kind, change.recorded_at,
       change.valid_on, change.items, change.divisions, change.submission_id, submission.register
from change
left join submission on submission.submission_id = change.submission_id;
