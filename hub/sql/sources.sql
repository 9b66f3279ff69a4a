-- source_cursor
-- The cursor from which the next run of the source $1 begins; no row where none has ended yet.
select cursor, submission_id, moved_at from source_cursor where source = $1;

-- move_source
-- Moves the cursor of the source $1 from $2 to $3, which the submission $4 brought; no row where it stands elsewhere.
insert into source_cursor as present (source, cursor, submission_id)
select $1, $3, $4::uuid
where $2::text is null or exists (select from source_cursor where source = $1)
on conflict (source) do update
    set cursor = excluded.cursor, submission_id = excluded.submission_id, moved_at = clock_timestamp()
    where present.cursor is not distinct from $2
returning source;

-- forget_source
-- Forgets how far the source $1 has been read, so that its next run begins anew.
delete from source_cursor where source = $1 returning source;
