import { readFileSync } from "node:fs"
import { basename } from "node:path"

/** What makes a server drain. */
export interface Snippet {
  readonly server: string
  readonly code: string
}

/** One for each kind of server that is known; docs/draining.md explains them. */
export const snippets = {
  node: { server: "Node", code: 'process.on("SIGTERM", () => server.close(() => process.exit(0)))' },
  bun: { server: "Bun", code: 'process.on("SIGTERM", () => server.stop().then(() => process.exit(0)))' },
  uvicorn: {
    server: "a container with uvicorn",
    code: 'exec uvicorn app:app --port "$PORT" --timeout-graceful-shutdown 10'
  },
  gunicorn: {
    server: "a container with gunicorn",
    code: 'exec gunicorn app:app --bind "0.0.0.0:$PORT" --graceful-timeout 10'
  },
  python: {
    server: "Python",
    code: [
      "signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())",
      "server.serve_forever()",
      "server.server_close()  # waits for its threads, unless they are daemons"
    ].join("\n")
  },
  go: {
    server: "Go",
    code: [
      "ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)",
      "go server.ListenAndServe()",
      "<-ctx.Done()",
      "server.Shutdown(context.Background())"
    ].join("\n")
  }
} as const satisfies Readonly<Record<string, Snippet>>

const nodeIdle: Snippet = {
  server: "Node, beside server.close",
  code: "setInterval(() => server.closeIdleConnections(), 100)"
}

/** What makes such a server close idle connections; those of the others do so by themselves once they drain. */
export const idleSnippet = (snippet: Snippet | null): Snippet | null => (snippet === snippets.node ? nodeIdle : null)

type Kind = keyof typeof snippets

const programs: ReadonlyArray<readonly [pattern: RegExp, kind: Kind]> = [
  [/^uvicorn$/u, "uvicorn"],
  [/^gunicorn$/u, "gunicorn"],
  [/^(node|nodejs|npm|npx|tsx)$/u, "node"],
  [/^bunx?$/u, "bun"],
  [/^python[\d.]*$/u, "python"],
  [/^go$/u, "go"]
]

const kindOf = (word: string): Kind | null => programs.find(([pattern]) => pattern.test(basename(word)))?.[1] ?? null

/** Go's linker names this section in every binary it makes. */
const isGoBinary = (path: string): boolean => {
  try {
    return readFileSync(path).includes(".go.buildinfo")
  } catch {
    return false
  }
}

/** The snippet for the server of that command; `executable` is the file that its process runs, where that is known. */
export const find = (command: ReadonlyArray<string>, executable: string | null): Snippet | null => {
  const words = command.flatMap((word) => word.split(/\s+/u))
  const named = words.map(kindOf).filter((kind) => kind !== null)
  const framework = named.find((kind) => kind === "uvicorn" || kind === "gunicorn")
  const kind = framework ?? (executable === null ? null : kindOf(executable)) ?? named[0]
  if (kind !== undefined && kind !== null) return snippets[kind]
  return executable !== null && isGoBinary(executable) ? snippets.go : null
}
