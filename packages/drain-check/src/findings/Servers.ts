import { openSync, readSync, closeSync, fstatSync } from "node:fs"
import { basename } from "node:path"

/** Lines to write, and where. */
export interface Snippet {
  readonly server: string
  readonly code: string
}

/** What is known of a kind of server; docs/draining.md explains each. */
export interface ServerKind {
  readonly name: string
  /** What makes it drain; null where it does by itself or nothing is to be written. */
  readonly drain: Snippet | null
  /** What closes connections that would hold it up; null where it does so by itself. */
  readonly idle: Snippet | null
  /** What does both where it speaks HTTP/2; null where that is nothing else. */
  readonly http2: Snippet | null
  /** What sets how long it waits for its requests. */
  readonly limit: string | null
}

const kind = (
  name: string,
  limit: string | null,
  drain: string | null,
  idle: string | null = null,
  http2: string | null = null
): ServerKind => {
  const snippet = (code: string | null): Snippet | null => (code === null ? null : { server: name, code })
  return { name, limit, drain: snippet(drain), idle: snippet(idle), http2: snippet(http2) }
}

const node = 'process.on("SIGTERM", () => server.close(() => process.exit(0)))'
const nodeIdle = [
  "let isEnding = false",
  'server.prependListener("request", (_, response) =>',
  '  isEnding && response.setHeader("connection", "close"))',
  'process.on("SIGTERM", () => {',
  "  isEnding = true",
  "  server.close(() => process.exit(0))",
  "  setInterval(() => server.closeIdleConnections(), 100)",
  "})"
].join("\n")
const nodeHttp2 = [
  "let isEnding = false",
  "const sessions = new Set()",
  'server.on("session", (session) => {',
  "  sessions.add(session)",
  '  session.on("close", () => sessions.delete(session))',
  "  if (isEnding) session.close()",
  "})",
  'process.on("SIGTERM", () => {',
  "  isEnding = true",
  "  server.close(() => process.exit(0))",
  "  for (const session of sessions) session.close()",
  "})"
].join("\n")

export const kinds = {
  node: kind(
    "Node",
    "the time limit of its shutdown code, such as gracefulTerminationTimeout of http-terminator",
    node,
    nodeIdle,
    nodeHttp2
  ),
  next: kind("Next.js", null, null, "KEEP_ALIVE_TIMEOUT=1000 node server.js"),
  bun: kind(
    "Bun",
    "the time limit of its shutdown code",
    'process.on("SIGTERM", () => server.stop().then(() => process.exit(0)))'
  ),
  uvicorn: kind(
    "uvicorn",
    "--timeout-graceful-shutdown, unlimited by default",
    'exec uvicorn app:app --port "$PORT" --timeout-graceful-shutdown 10'
  ),
  gunicorn: kind(
    "gunicorn",
    "--graceful-timeout, 30 s by default",
    'exec gunicorn app:app --bind "0.0.0.0:$PORT" --graceful-timeout 10'
  ),
  hypercorn: kind(
    "hypercorn",
    "--graceful-timeout, 3 s by default",
    'exec hypercorn app:app --bind "0.0.0.0:$PORT" --graceful-timeout 10'
  ),
  aiohttp: kind(
    "aiohttp",
    "shutdown_timeout of web.run_app, 60 s by default",
    'web.run_app(app, port=int(os.environ["PORT"]), shutdown_timeout=10)'
  ),
  tornado: kind(
    "Tornado",
    "the time limit of its shutdown code",
    [
      "server.stop()  # close_all_connections() would cut what is under way",
      "while under_way:  # counted in prepare() and on_finish()",
      "    await asyncio.sleep(0.1)"
    ].join("\n")
  ),
  httpServer: kind(
    "Python's http.server",
    null,
    [
      "stop = threading.Thread(target=server.shutdown)",
      "signal.signal(signal.SIGTERM, lambda *_: stop.start())",
      "server.serve_forever()",
      "server.server_close()  # waits for its threads, unless they are daemons"
    ].join("\n")
  ),
  go: kind(
    "Go",
    "the context passed to Shutdown",
    [
      "ctx, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)",
      "go server.ListenAndServe()",
      "<-ctx.Done()",
      "server.Shutdown(context.Background())"
    ].join("\n")
  ),
  java: kind(
    "Java",
    "the delay of HttpServer.stop, or spring.lifecycle.timeout-per-shutdown-phase",
    "Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(10)));"
  ),
  puma: kind("Puma", "worker_shutdown_timeout (30 s by default) with workers, force_shutdown_after without", null),
  webrick: kind("WEBrick", null, 'trap("TERM") { server.shutdown }'),
  php: kind("PHP", "process_control_timeout of php-fpm", null),
  nginx: kind("nginx", "worker_shutdown_timeout", "STOPSIGNAL SIGQUIT  # in the Dockerfile; ebb check --signal SIGQUIT")
} as const satisfies Readonly<Record<string, ServerKind>>

type Name = keyof typeof kinds

/** Words of a command that say what it runs, rather than by what. */
const frameworks: ReadonlyArray<readonly [pattern: RegExp, name: Name]> = [
  [/^gunicorn$/u, "gunicorn"],
  [/^hypercorn$/u, "hypercorn"],
  [/^uvicorn$/u, "uvicorn"],
  [/^puma$/u, "puma"],
  [/^nginx$/u, "nginx"]
]

/** What servers say of themselves in their answers. */
const headers: ReadonlyArray<readonly [pattern: RegExp, name: Name]> = [
  [/gunicorn/iu, "gunicorn"],
  [/hypercorn/iu, "hypercorn"],
  [/uvicorn/iu, "uvicorn"],
  [/aiohttp/iu, "aiohttp"],
  [/tornado/iu, "tornado"],
  [/^basehttp|^simplehttp/iu, "httpServer"],
  [/webrick/iu, "webrick"],
  [/nginx/iu, "nginx"],
  [/next\.js/iu, "next"],
  [/express/iu, "node"],
  [/^php/iu, "php"]
]

const programs: ReadonlyArray<readonly [pattern: RegExp, name: Name]> = [
  [/^(node|nodejs|npm|npx|tsx)$/u, "node"],
  [/^bunx?$/u, "bun"],
  [/^go$/u, "go"],
  [/^java$/u, "java"],
  [/^php[\d.]*$/u, "php"],
  [/^nginx$/u, "nginx"]
]

const named = (text: string, among: typeof programs): Name | null =>
  among.find(([pattern]) => pattern.test(text))?.[1] ?? null

const goReadMax = 16_777_216

/** Go's linker names this section in every binary it makes. */
const isGoBinary = (path: string): boolean => {
  try {
    const file = openSync(path, "r")
    try {
      const bytes = Buffer.alloc(Math.min(goReadMax, fstatSync(file).size))
      readSync(file, bytes)
      return bytes.includes(".go.buildinfo") || bytes.includes("Go buildinf:")
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
}

/** What was seen of a server. */
export interface Seen {
  readonly command: ReadonlyArray<string>
  /** The file that its process runs; null where it is not known. */
  readonly executable: string | null
  /** What its answers say of it. */
  readonly serverHeader: string | null
}

/** The kind of server that was seen; null where it is none that is known. */
export const find = ({ command, executable, serverHeader }: Seen): ServerKind | null => {
  const words = command.flatMap((word) => word.split(/\s+/u)).map((word) => basename(word))
  const inWords = (among: typeof programs): Name | null =>
    words.map((word) => named(word, among)).find((name) => name !== null) ?? null
  const name =
    inWords(frameworks) ??
    (serverHeader === null ? null : named(serverHeader, headers)) ??
    (executable === null ? null : named(basename(executable), programs)) ??
    (executable !== null && isGoBinary(executable) ? ("go" as const) : null)
  return name === null ? null : kinds[name]
}
