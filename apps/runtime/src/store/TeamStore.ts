import { Context, Effect, Layer } from "effect"
import { type Database, Sqlite, text } from "./Database.ts"

export interface Team {
  readonly name: string
  readonly userId: string
  readonly fullName: string
  readonly isPersonal: boolean
}

export interface Environment {
  readonly name: string
  readonly description: string
  readonly createdAtMs: number
}

const teamOf = (row: NonNullable<ReturnType<Database["get"]>>): Team => ({
  name: text(row["name"]),
  userId: text(row["user_id"]),
  fullName: text(row["full_name"]),
  isPersonal: row["is_personal"] === 1
})

/** Teams and their environments. */
export class TeamStore {
  private readonly database: Database

  constructor(database: Database) {
    this.database = database
  }

  create(team: Team): void {
    const now = Date.now()
    this.database.transaction(() => {
      this.database.run(
        "insert into teams (name, user_id, full_name, is_personal, created_ms) values (?, ?, ?, ?, ?)",
        team.name,
        team.userId,
        team.fullName,
        team.isPersonal ? 1 : 0,
        now
      )
      this.database.run(
        "insert into environments (team, name, description, created_ms) values (?, 'main', '', ?)",
        team.name,
        now
      )
    })
  }

  /** The personal one first. */
  all(): ReadonlyArray<Team> {
    return this.database.all("select * from teams order by is_personal desc, name").map(teamOf)
  }

  find(name: string): Team | null {
    const row = this.database.get("select * from teams where lower(name) = lower(?)", name)
    return row === null ? null : teamOf(row)
  }

  /** `main` first. */
  environments(team: string): ReadonlyArray<Environment> {
    const rows = this.database.all("select * from environments where team = ? order by name <> 'main', name", team)
    return rows.map((row) => ({
      name: text(row["name"]),
      description: text(row["description"]),
      createdAtMs: Number(row["created_ms"])
    }))
  }

  createEnvironment(team: string, name: string, description: string): void {
    const sql = "insert into environments (team, name, description, created_ms) values (?, ?, ?, ?)"
    this.database.run(sql, team, name, description, Date.now())
  }

  /** Its secrets go with it. */
  deleteEnvironment(team: string, name: string): void {
    this.database.transaction(() => {
      this.database.run("delete from environments where team = ? and name = ?", team, name)
      this.database.run("delete from secrets where team = ? and env = ?", team, name)
    })
  }
}

export class Teams extends Context.Service<Teams, TeamStore>()("@ebb/runtime/store/Teams") {
  static readonly layer = Layer.effect(
    Teams,
    Effect.map(Sqlite, (database) => new TeamStore(database))
  )
}
