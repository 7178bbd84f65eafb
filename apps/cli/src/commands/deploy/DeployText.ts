import type { AppInfo } from "@ebb/protocol/rest/Shapes"
import * as Terminal from "../../kit/Terminal.ts"

/** A deploy that was accepted. */
export interface Deployed {
  readonly app: AppInfo
  readonly revision: string
  readonly status: "deployed" | "rolling_out"
  /** Where callers of the app send to. */
  readonly direct: string
  readonly queued: string
}

const ruleWidth = 60

const who: Readonly<Record<AppInfo["auth_mode"], string>> = {
  private: "private (only you/team can access)",
  public: "public (everyone can access)",
  shared: "shared (everyone with a key can access)"
}

const rule = (title: string): string => {
  const left = Math.max(2, Math.floor((ruleWidth - title.length - 2) / 2))
  return title === "" ? "─".repeat(ruleWidth) : `${"─".repeat(left)} ${title} `.padEnd(ruleWidth, "─")
}

const rolling = ({ app, revision, status }: Deployed): ReadonlyArray<string> =>
  status === "deployed"
    ? []
    : [
        `▸ Status: rolling out (revision ${revision})`,
        `  Progress:  ebb apps runners ${app.alias}`,
        `  Roll back: ebb apps set-rev ${app.alias} <revision>`
      ]

/** What there is now, between two rules. */
export const render = (deployed: Deployed, terminal: Terminal.Terminal): string => {
  const { app, direct, queued, revision, status } = deployed
  const lines = [
    rule(app.alias),
    ...rolling(deployed),
    ...(status === "deployed" ? [`▸ Revision: ${revision}`] : []),
    `▸ Auth: ${who[app.auth_mode]}`,
    "▸ API Endpoints (use in code)",
    `  Sync   ${direct}`,
    `  Async  ${queued}`,
    "▸ Dashboard (open in browser)",
    "  ebb dashboard",
    rule("")
  ]
  return Terminal.plain(terminal, `${lines.join("\n")}\n`)
}

/** How it went, for stderr. */
export const outcome = ({ status }: Pick<Deployed, "status">, terminal: Terminal.Terminal): string =>
  status === "deployed"
    ? `${Terminal.paint(terminal, "boldGreen", "✓ Deployed successfully")}\n`
    : "🔄 Deployment started (detached)\nThe new revision already gets traffic; older runners finish what they have.\n"

/** A revision that nobody has seen start. */
export const untriedNote = ({ alias }: AppInfo): string =>
  `Note: it is in force at once, and no runner of it has started yet. Whether they do: ebb apps runners ${alias}`

/** What becomes of an app's scaling. */
export const scalingNote =
  "Note: a deployment inherits the app's scaling parameters. Take the spec's with: --reset-scale"
