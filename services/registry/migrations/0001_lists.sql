-- Police lists as files: what the journal does not hold, because it is destroyed with the file's key after 90 days.
create table list_file (
    list_id      uuid        primary key,
    unit         text        not null,
    as_of        date,
    -- A keyed hash of the bytes, their sender and day: the same file again is known before it is read.
    file_hash    bytea       not null,
    content_type text,
    sealed_name  bytea,
    sealed       bytea,
    bytes_count  bigint      not null,
    received_at  timestamptz not null default journal_now(),
    received_by  text        not null,
    destroyed_at timestamptz,
    -- Why it was refused, and where; null for a list that was accepted.
    problem      text,
    problem_at   integer[],
    -- How its rows end, decided before the first event; null until all of them are planned.
    content_hmac text,
    matched      integer,
    fresh        integer,
    quarantined  integer,
    rejected     integer,
    carried      integer
);

create index list_file_known on list_file (file_hash);

-- What is to be done for a list, and what waits: rows of known ends leave when they are done.
create table list_row (
    row_id      uuid     primary key,
    list_id     uuid     not null references list_file,
    sender      text     not null,
    unit        text     not null,
    ordinal     integer  not null,
    sheet       integer  not null,
    row         integer  not null,
    fingerprint bytea    not null,
    outcome     text     not null,
    person_id   uuid,
    candidates  uuid[]   not null,
    problems    text[]   not null,
    sealed      bytea,
    done        boolean  not null default false,
    -- Whether the facts of a row that a human resolved were written to its person.
    followed    boolean  not null default false
);

create index list_row_todo on list_row (list_id, ordinal) where not done;
create index list_row_known on list_row (sender, fingerprint);
create index list_row_unfollowed on list_row (row_id) where outcome = 'quarantined' and not followed;

-- The last row by which a sender meant a person: said again word for word, it changes nothing.
create table list_link (
    sender      text  not null,
    person_id   uuid  not null,
    fingerprint bytea not null,
    as_of       date  not null,
    primary key (sender, person_id)
);

create index list_link_known on list_link (sender, fingerprint);

alter table list_file enable row level security;
alter table list_row enable row level security;
alter table list_link enable row level security;

create policy by_unit on list_file using (
    (select current_setting('aftercare.scope', true)) = '*'
    or unit = any ((select string_to_array(current_setting('aftercare.scope', true), ','))::text[])
) with check (true);
create policy by_unit on list_row using (
    (select current_setting('aftercare.scope', true)) = '*'
    or unit = any ((select string_to_array(current_setting('aftercare.scope', true), ','))::text[])
) with check (true);
create policy by_unit on list_link using (
    (select current_setting('aftercare.scope', true)) = '*'
    or sender = any ((select string_to_array(current_setting('aftercare.scope', true), ','))::text[])
) with check (true);

grant select, insert, update, delete on list_file, list_row, list_link to {api}, {worker};
