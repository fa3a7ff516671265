-- Who read what about whom. The role that answers requests can add to it and cannot read it.
create table read_record (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default journal_now(),
    caller     text        not null,
    roles      text[]      not null,
    unit       text        not null,
    purpose    text        not null,
    route      text        not null,
    request_id uuid        not null,
    subjects   uuid[]      not null,
    fields     text[]      not null
);

-- "Who saw my data" is asked by the person, and by time.
create index read_record_subjects on read_record using gin (subjects);
create index read_record_at on read_record using brin (at);

-- Accepted commands, written in the transaction of the command itself.
create table command_log (
    caller          text        not null,
    route           text        not null,
    idempotency_key text        not null,
    request_hmac    bytea       not null,
    command_id      uuid        not null,
    stream          text        not null,
    version         integer     not null,
    position        text,
    recorded_at     timestamptz not null default journal_now(),
    primary key (caller, route, idempotency_key)
);

alter table read_record enable row level security;
create policy read_record_add on read_record for insert to {api} with check (true);
alter table command_log enable row level security;
create policy command_log_add on command_log for insert to {api} with check (true);
create policy command_log_find on command_log for select to {api} using (true);

grant insert on read_record to {api};
grant select, insert on command_log to {api};
-- Readiness compares the schema with the code.
grant select on alembic_version to {api};
