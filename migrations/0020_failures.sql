-- Why a submission cannot be taken in as it is, until it is taken up again: code, message and hint of the error.

alter table submission
    add column failed_at timestamptz,
    add column failure json,
    add check ((failed_at is null) = (failure is null));
