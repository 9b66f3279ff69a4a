-- apply
-- Keeps an application with its items and their legal bases.
insert into application (application_id, agency, applicant, entity, items, bases, purpose, divisions, months, masked,
                         department, needs_office, submitted_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- application
-- The application $1, if there is one, with the steps that were taken.
select application.*, array(
    select json_build_array(step, at, party, officer, words) from application_step
    where application_step.application_id = application.application_id
    order by place
)::text[] as steps
from application
where application_id = $1;

-- lock
-- Has the application $1 wait for nobody else until the transaction ends.
select from application where application_id = $1 for update;

-- page
-- Up to $5 applications after $4, in the order in which they were made: those of the agency $1 or to the department $2,
-- all where $3 says so.
select application.*, array(
    select json_build_array(step, at, party, officer, words) from application_step
    where application_step.application_id = application.application_id
    order by place
)::text[] as steps
from application
where ($3 or agency = $1 or department = $2) and ($4::uuid is null or application_id > $4)
order by application_id
limit $5;

-- take
-- Keeps a step: what was done at $3 by the party $4, the officer $5 and with which words.
insert into application_step (application_id, place, step, at, party, officer, words)
select $1, count(*) + 1, $2, $3, $4, $5, $6 from application_step where application_id = $1;

-- mediations
-- The last $1 results of mediation, the last one first, without who said so.
select application.application_id, application.agency, application.department, application.items, application_step.step,
       application_step.at, application_step.words
from application_step
join application using (application_id)
where application_step.step in ('SETTLE', 'REFER')
order by application_step.at desc
limit $1;
