-- The journal of one service: append-only, contiguous and chained within each of 24 partitions.

create table journal (
    partition     smallint    not null check (partition between 0 and 23),
    sequence      bigint      not null check (sequence > 0),
    stream        text        not null collate "C",
    version       integer     not null check (version > 0),
    subject       text        not null collate "C",
    command_id    uuid        not null,
    command_index smallint    not null,
    recorded_at   timestamptz not null,
    body          text        not null check (body is json object with unique keys),
    chain         bytea       not null,
    primary key (partition, sequence),
    constraint journal_stream_version unique (stream, version),
    constraint journal_command unique (command_id, command_index)
);

create table journal_head (
    partition   smallint primary key,
    sequence    bigint      not null default 0,
    chain       bytea       not null,
    recorded_at timestamptz not null default '-infinity'
) with (fillfactor = 50);

insert into journal_head (partition, chain)
select p, sha256(convert_to('{service}/' || p, 'UTF8')) from generate_series(0, 23) p;

-- The database that the relay compared with Kafka last; nothing is appended to any other.
create table journal_identity (
    only_one    boolean primary key default true check (only_one),
    identity    text        not null,
    verified_in xid8        not null default pg_current_xact_id(),
    verified_at timestamptz not null default clock_timestamp()
);

-- The word of the relay itself: a row that came with a dump was written by another transaction than it says.
create view journal_verified as
    select i.identity from journal_identity i where i.xmin = i.verified_in::xid;

-- How far the relay has published: a hint that shortens its search, never the truth.
create table published (
    partition smallint primary key,
    sequence  bigint not null
);

-- Somebody waits for a mark sooner than the next one is due.
create table mark_request (requested_at timestamptz not null default clock_timestamp());

-- How far ahead of the world a development database lives; empty everywhere else.
create table development_clock (ahead interval not null);

create function journal_now() returns timestamptz language sql volatile as
    'select clock_timestamp() + coalesce((select ahead from development_clock limit 1), ''0'')';

-- Changes after a failover (timeline), a restore into another database (oid) or cluster (identifier), and with every
-- start of the server: files of an older day can only be put under one that is down.
create function journal_identity_now() returns text language sql volatile security definer as $$
    select concat_ws('/', (select system_identifier from pg_control_system()),
                  left(pg_walfile_name(pg_current_wal_lsn()), 8),
                  (select oid from pg_database where datname = current_database()),
                  extract(epoch from pg_postmaster_start_time()))
$$;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is append-only' using errcode = 'AC002';
end $$;

create trigger journal_is_append_only before update or delete or truncate on journal
    for each statement execute function refuse_change();

-- One event: one UPDATE that locks and advances the head, one INSERT; nulls when the journal is not verified.
-- Its body is bound when it is made (`begin atomic`), so it needs no search_path of its own.
create function journal_append_one(
    _partition smallint, _stream text, _version integer, _subject text, _command uuid, _index smallint,
    _body text, _identity text, out sequence bigint, out recorded_at timestamptz, out chain bytea
) language sql security definer begin atomic
    with head as (
        update journal_head h
           set (sequence, recorded_at, chain) = (
               select h.sequence + 1, t.at, sha256(h.chain || int8send(h.sequence + 1)
                      || int8send((extract(epoch from t.at) * 1000000)::bigint) || convert_to(_body, 'UTF8'))
                 from (select greatest(journal_now(), h.recorded_at + interval '1 microsecond') as at offset 0) t)
         where h.partition = _partition and exists (select from journal_verified i where i.identity = _identity)
        returning h.sequence, h.recorded_at, h.chain)
    insert into journal as j
    select _partition, h.sequence, _stream, _version, _subject, _command, _index, h.recorded_at, _body, h.chain
      from head h
    returning j.sequence, j.recorded_at, j.chain;
end;

-- Several events, given in partition order: all heads needed are locked first, in partition order.
create function journal_append_many(
    _partitions smallint[], _streams text[], _versions integer[], _subjects text[], _commands uuid[],
    _indexes smallint[], _bodies text[], _identity text
) returns table (sequence bigint, recorded_at timestamptz, chain bytea)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    head journal_head;
    i integer;
begin
    if not exists (select from journal_verified where identity = _identity) then
        raise exception 'the journal was not verified against its log' using errcode = 'AC001';
    end if;
    perform from journal_head h where h.partition = any (_partitions) order by h.partition for update;
    for i in 1 .. cardinality(_bodies) loop
        if head.partition is distinct from _partitions[i] then
            if head.partition is not null then
                update journal_head h set sequence = head.sequence, recorded_at = head.recorded_at,
                       chain = head.chain where h.partition = head.partition;
            end if;
            select * into strict head from journal_head h where h.partition = _partitions[i];
        end if;
        head.sequence := head.sequence + 1;
        head.recorded_at := greatest(journal_now(), head.recorded_at + interval '1 microsecond');
        head.chain := sha256(head.chain || int8send(head.sequence)
                             || int8send((extract(epoch from head.recorded_at) * 1000000)::bigint)
                             || convert_to(_bodies[i], 'UTF8'));
        insert into journal values (_partitions[i], head.sequence, _streams[i], _versions[i], _subjects[i],
                                    _commands[i], _indexes[i], head.recorded_at, _bodies[i], head.chain);
        sequence := head.sequence; recorded_at := head.recorded_at; chain := head.chain;
        return next;
    end loop;
    update journal_head h set sequence = head.sequence, recorded_at = head.recorded_at, chain = head.chain
     where h.partition = head.partition;
end $$;

-- Events that were published before, put back behind a head: sequence, time and chain must go on from it. Who may call
-- it is granted for the length of a restore, and nothing goes in while commands are taken.
create function journal_import(
    _partition smallint, _sequences bigint[], _streams text[], _versions integer[], _subjects text[],
    _commands uuid[], _indexes smallint[], _times timestamptz[], _bodies text[], _chains bytea[]
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    head journal_head;
    last_at timestamptz;
    broken bigint;
begin
    if exists (select from journal_verified) then
        raise exception 'the journal is open for commands' using errcode = 'AC003';
    end if;
    select * into strict head from journal_head h where h.partition = _partition for update;
    -- The head's own time may be that of a mark, and later than what is put back.
    select coalesce(max(j.recorded_at), '-infinity') into last_at
      from journal j where j.partition = _partition and j.sequence = head.sequence;
    with given as (
        select g.*, lag(g.chain, 1, head.chain) over w as before, lag(g.at, 1, last_at) over w as after,
               head.sequence + row_number() over w as wanted
          from unnest(_sequences, _times, _bodies, _chains) g (sequence, at, body, chain)
        window w as (order by g.sequence))
    select min(g.sequence) into broken from given g
     where g.sequence <> g.wanted or g.at <= g.after
        or g.chain <> sha256(g.before || int8send(g.sequence)
                             || int8send((extract(epoch from g.at) * 1000000)::bigint) || convert_to(g.body, 'UTF8'));
    if broken is not null then
        raise exception using errcode = 'AC004',
            message = 'what is to be put back does not go on from the head at ' || _partition || '/' || broken;
    end if;
    insert into journal (partition, sequence, stream, version, subject, command_id, command_index, recorded_at, body,
                         chain)
    select _partition, g.* from unnest(_sequences, _streams, _versions, _subjects, _commands, _indexes, _times, _bodies,
                                       _chains) g;
    update journal_head h set (sequence, recorded_at, chain) = (
        select g.sequence, greatest(h.recorded_at, g.at), g.chain
          from unnest(_sequences, _times, _chains) g (sequence, at, chain)
         order by g.sequence desc limit 1)
     where h.partition = _partition;
end $$;

-- All heads, held until the transaction ends, at one time that is no earlier than any event's. They are written, not
-- only locked: who waits to append took the time before it had the head, and takes it anew only where the head has
-- changed meanwhile; and whatever is appended later is later than this time, also where the clock has gone back.
create function journal_hold() returns setof journal_head
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    held_at timestamptz;
begin
    perform from journal_head h order by h.partition for update;
    select greatest(journal_now(), max(h.recorded_at)) into held_at from journal_head h;
    return query update journal_head h set recorded_at = held_at returning h.*;
end $$;

-- Followed topics: what has been folded (sequence, chain), and reacted to and may be read on from (next_offset).
create table checkpoint (
    follower    text     not null,
    source      text     not null,
    partition   smallint not null,
    topic_id    uuid,
    next_offset bigint   not null default 0,
    sequence    bigint   not null default 0,
    chain       bytea    not null,
    reacted     bigint   not null default 0,
    owner_epoch bigint   not null default 0,
    primary key (follower, source, partition)
) with (fillfactor = 50);

-- Consistent cuts of the sources followed (design: marks); one counts once its sequences are applied.
create table mark (
    source      text        not null,
    known_until timestamptz not null,
    sequences   bigint[]    not null,
    primary key (source, known_until)
);

create table projection_version (
    name       text        not null,
    table_name text        primary key,
    version    integer     not null,
    shape      text        not null,
    -- Under whose name it is being filled; null once it was put in use.
    build      text,
    made_at    timestamptz not null default clock_timestamp()
);

create table projection_pointer (
    name     text primary key,
    live     text not null references projection_version,
    previous text references projection_version
);

create table projection_certificate (
    id        bigint generated always as identity primary key,
    made_at   timestamptz not null default clock_timestamp(),
    body      text        not null check (body is json object with unique keys)
);

-- Events that fold nowhere, with the reason: the second of an event's three ends.
create table ignored_event (
    follower text     not null,
    source   text     not null,
    type     text     not null,
    reason   text     not null,
    events   bigint   not null default 1,
    primary key (follower, source, type, reason)
);

-- Events that a projection or reactor could not take, and those of their subjects behind them: the third end.
create table parked_event (
    taker       text        not null,
    source      text        not null,
    partition   smallint    not null,
    sequence    bigint      not null,
    subject     text        not null,
    value       bytea       not null,
    reason      text        not null,
    recorded_at timestamptz,
    waits_for   text,
    parked_at   timestamptz not null default clock_timestamp(),
    primary key (taker, source, partition, sequence)
);
create index on parked_event (taker, source, partition, subject, sequence);

-- What operators did to parked events, and looked at: nothing is ever taken out of it.
create table operation (
    id        bigint generated always as identity primary key,
    at        timestamptz not null default clock_timestamp(),
    operator  text        not null,
    action    text        not null,
    taker     text,
    source    text,
    partition smallint,
    sequence  bigint,
    outcome   text        not null
);

-- Every subject that has, or had, a key in the keyring: by this an older keyring put in its place is recognised.
create table subject_key (
    subject      text primary key collate "C",
    number       bigint not null,
    forgotten_at timestamptz
);
create index on subject_key (number);
create index on subject_key (subject) where forgotten_at is not null;

alter table journal enable row level security;
create policy journal_read on journal for select using (true);
alter table journal_head enable row level security;
create policy head_read on journal_head for select using (true);

revoke execute on all functions in schema public from public;
grant execute on function journal_now(), journal_identity_now() to {api}, {worker};
grant execute on function journal_append_one, journal_append_many to {api}, {worker};
grant select on journal, journal_head, journal_identity, journal_verified, checkpoint, mark, development_clock,
                projection_version, projection_pointer, projection_certificate to {api}, {worker};
grant select, insert, update on subject_key to {api}, {worker};
grant execute on function journal_hold() to {worker};
grant insert on mark_request to {api};
grant select, insert, delete on mark_request to {worker};
-- The worker makes and owns the projections' tables; row-level security holds for the role that answers requests.
grant create on schema public to {worker};
grant insert, update, delete on projection_version, projection_pointer, projection_certificate to {worker};
grant insert, update, delete on checkpoint, mark, ignored_event, published, journal_identity to {worker};
grant select on ignored_event, published to {worker};
grant select on parked_event to {api}, {worker};
grant insert, update, delete on parked_event to {worker};
grant select, insert on operation to {worker};
