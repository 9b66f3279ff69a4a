-- list
-- The lines in quarantine of the register $1 and the submission $2 (either may be null for all), newest first.
select submission_id, place, register, record_type, reason, item, reason_zh, reason_en, quarantined_at
from quarantine
where ($1::text is null or register = $1) and ($2::text is null or submission_id::text = $2)
order by quarantined_at desc, submission_id, place
limit $3;
