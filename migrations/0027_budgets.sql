-- What agencies have spent of their budgets, by all processes together (docs/identity.md).

create table identity.budget (
    agency text not null,
    thing text not null,
    began_at timestamptz not null,
    spent bigint not null,
    primary key (agency, thing, began_at)
);
