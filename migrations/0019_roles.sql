-- Roles under the names of the law, several to a person, and the divisions that somebody is responsible for
-- (GLOSSARY.md, Roles). What the access log says of earlier questions stays as it was written.

alter table webhook add column divisions text[] not null default '{}';

update webhook
set role = case role
    when 'agency' then 'query_officer'
    when 'department' then 'reporter'
    when 'office' then 'information_manager'
    else role
end;
