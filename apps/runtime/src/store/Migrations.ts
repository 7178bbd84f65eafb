/** Each brings a database one version on; `user_version` says how many it has had. */
export const migrations: ReadonlyArray<string> = [
  `
  create table meta (key text primary key, value text not null) strict;
  create table teams (
    name text primary key, user_id text not null unique, full_name text not null, is_personal integer not null,
    created_ms real not null
  ) strict;
  create table environments (
    team text not null, name text not null, description text not null, created_ms real not null,
    primary key (team, name)
  ) strict;
  create table keys (
    id text primary key, hash blob not null, team text not null, scope text not null, description text not null,
    runner text, created_ms real not null
  ) strict;
  create table sessions (hash blob primary key, created_ms real not null) strict;
  create table secrets (
    team text not null, env text not null, name text not null, value blob not null, default_exposed integer,
    created_ms real not null, primary key (team, env, name)
  ) strict;
  create table apps (
    id text primary key, team text not null, env text not null, name text not null, auth text not null,
    regions text not null, revision text not null, scaling text not null, settings text not null,
    deleted integer not null default 0, created_ms real not null
  ) strict;
  create unique index apps_by_name on apps (team, env, name) where deleted = 0;
  create table revisions (
    id text primary key, app text not null references apps (id), spec text not null, folder text not null,
    state text not null, deleted integer not null default 0, created_ms real not null
  ) strict;
  create table requests (
    seq integer primary key autoincrement, id text not null unique, app text not null references apps (id),
    method text not null, path text not null, headers text not null, body blob, submission text not null,
    service_ms real not null, caller text, webhook text, store_io integer not null default 1,
    attempts integer not null default 0, in_flight integer not null default 0, retries_used text not null default '[0,0,0]',
    runner text, started_ms real, submitted_ms real not null, settled_ms real,
    outcome text, status integer, error_type text, answer_headers text, answer blob, answer_deleted integer not null default 0
  ) strict;
  create index requests_open on requests (seq) where outcome is null;
  create index requests_settled on requests (settled_ms) where outcome is not null;
  create table ledger (
    seq integer primary key autoincrement, id text not null, app text not null, number integer not null,
    kind text not null, outcome text not null, status integer not null, error_type text, attempts integer not null,
    submitted_ms real not null, settled_ms real not null
  ) strict;
  create index ledger_by_app on ledger (app, seq);
  create table rollouts (
    id integer primary key, team text not null, env text not null, app text not null, state text not null,
    started_ms real not null, summary text not null, report text not null
  ) strict;
  `,
  `create table webhooks (request text primary key, tries integer not null default 0, due_ms real not null) strict;`,
  `
  alter table requests add column cancel_asked integer not null default 0;
  create index rollouts_by_team on rollouts (team, id);
  `,
  // Numbers for what stood in every row as a text: kind and outcome by their place in the lists of LedgerStore.
  `
  create table ledger_apps (number integer primary key, id text not null unique) strict;
  insert into ledger_apps (id) select distinct app from ledger;
  create table numbered (
    seq integer primary key autoincrement, id text not null, app integer not null references ledger_apps (number),
    number integer not null, kind integer not null, outcome integer not null, status integer not null, error_type text,
    attempts integer not null, submitted_ms real not null, settled_ms real not null
  ) strict;
  insert into numbered
    select seq, ledger.id, ledger_apps.number, ledger.number,
      case kind when 'direct' then 0 when 'queued' then 1 else 2 end,
      case outcome when 'completed' then 1 when 'errored' then 2 else 3 end,
      status, error_type, attempts, submitted_ms, settled_ms
    from ledger join ledger_apps on ledger_apps.id = ledger.app order by seq;
  drop table ledger;
  alter table numbered rename to ledger;
  create index ledger_by_app on ledger (app, seq);
  `,
  `alter table revisions add column files text not null default '{}';`,
  // Where and since when the last attempt of a request ran; rows from before do not say.
  `
  create table ledger_runners (number integer primary key, id text not null unique) strict;
  alter table ledger add column started_ms real;
  alter table ledger add column runner integer references ledger_runners (number);
  `,
  // Every rollout that was not forced used to be called graceful.
  `
  update rollouts set summary = json_set(summary, '$.mode', 'replace'), report = json_set(report, '$.mode', 'replace')
    where json_extract(summary, '$.order') = 'replace_first';
  `,
  // Numbers go with the last row that names them. No row refers to a runner's: to forget one would mean a look at all rows.
  `
  alter table ledger_apps add column last_seq integer;
  alter table ledger_runners add column last_seq integer;
  create index ledger_apps_idle on ledger_apps (last_seq) where last_seq is not null;
  create index ledger_runners_idle on ledger_runners (last_seq) where last_seq is not null;
  create table unbound (
    seq integer primary key autoincrement, id text not null, app integer not null references ledger_apps (number),
    number integer not null, kind integer not null, outcome integer not null, status integer not null, error_type text,
    attempts integer not null, submitted_ms real not null, settled_ms real not null, started_ms real, runner integer
  ) strict;
  insert into unbound
    select seq, id, app, number, kind, outcome, status, error_type, attempts, submitted_ms, settled_ms, started_ms, runner
    from ledger order by seq;
  drop table ledger;
  alter table unbound rename to ledger;
  create index ledger_by_app on ledger (app, seq);
  `,
  `alter table revisions add column said text not null default 'null';`,
  // Files by what a team calls them: those of deploys by their hash, those below /data by their path.
  `
  create table team_files (
    team text not null, kind text not null, path text not null, file text not null unique, bytes integer not null,
    updated_ms real not null, primary key (team, kind, path)
  ) strict;
  `,
  `
  create table past_runners (
    id text primary key, app text not null, revision text not null, created_ms real not null, began_ms real,
    ready_ms real, moments text not null, ended_ms real, machine_type text not null, replaced integer not null,
    logs text not null
  ) strict;
  `
]
