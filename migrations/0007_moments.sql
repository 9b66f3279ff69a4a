-- What was shown is logged with the day it holds for and, where the question named one, the instant it was known at; and
-- an employer's number leads to nobody before it was known (docs/decisions/0017-the-moment-of-a-question.md).

alter table audit.access_log
    add column valid_on date,
    add column known_at timestamptz;

alter table employer_number
    add column recorded_at timestamptz not null default clock_timestamp();
alter table employer_number
    alter column recorded_at drop default;
