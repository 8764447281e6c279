"""Tables of danger: alarms with their ladders, pages, who is on call, drills, distrust, what was said off the network.

Plain columns hold random ids, countries, counts, times and codes that are the same for every alarm. What an alarm is
about, where a person is reached and what was said are in covered or sealed columns.
"""

SAFETY_SQL = """
create table alarm (
    id integer primary key, ladder text not null, ref text not null, peer text, thread_id text, letter_id text,
    case_id text, code text not null, raised_by text not null, raised_at integer not null, due_at integer not null,
    step integer not null, next_at integer not null, acknowledged_at integer, acknowledged_by text,
    closed_at integer, outcome text, sealed blob
) strict;
create unique index alarm_once on alarm (ladder, ref);
create index alarm_next on alarm (next_at) where closed_at is null;
create index alarm_thread on alarm (peer, thread_id);

create table page (
    id integer primary key, channel text not null, position text not null, count integer not null,
    queued_at integer not null, sent_at integer, tries integer not null, next_try_at integer not null, error text
) strict;
create index page_waiting on page (next_try_at) where sent_at is null;

create table on_call (
    user_id text primary key, position text not null, unlocks_away integer not null, sealed blob not null,
    since integer not null
) strict, without rowid;

create table drill (
    letter_id text primary key, peer text not null, direction text not null, at integer not null,
    answer_by integer not null, answered_at integer, answered_by text, unlocked integer
) strict, without rowid;
create index drill_peer on drill (peer, direction, at);

create table distrust (
    id integer primary key, target text not null, value text not null, is_on integer not null,
    first_by text not null, second_by text, at integer not null, decided_at integer, refused_at integer
) strict;

create table shut_out (
    case_id text not null, organisation text not null,
    primary key (case_id, organisation)
) strict, without rowid;
create index shut_out_organisation on shut_out (organisation);

create table off_network (
    id integer primary key, peer text not null, thread_id text not null, case_id text not null,
    is_plan integer not null, sealed blob, at integer not null, first_by text not null, second_by text,
    confirmed_at integer
) strict;
create index off_network_thread on off_network (peer, thread_id);

create table concern (
    id integer primary key, country text not null, code text not null, at integer not null, first_by text not null,
    second_by text, signed_at integer, bytes blob
) strict;
"""
