/** What a column of a log may hold. */
export const roles = ["arrival", "start", "end", "duration", "wait", "status", "runner", "id", "tokens"] as const
export type Role = (typeof roles)[number]

/** Which column holds what. */
export type Chosen = Partial<Record<Role, string>>

/** Names by which columns are known, those that say most first; letters and digits only. */
const known: Readonly<Record<Role, ReadonlyArray<string>>> = {
  arrival: [
    "arrival",
    "arrivedat",
    "arrivaltime",
    "sentat",
    "submittedat",
    "createdat",
    "enqueuedat",
    "receivedat",
    "requesttimestamp",
    "starttime",
    "start",
    "begin",
    "startedat",
    "timestamp",
    "time",
    "timelocal",
    "timeiso8601",
    "msec",
    "ts",
    "datetime",
    "date"
  ],
  start: ["startedat", "starttime", "dequeuedat", "processingstart", "workstart"],
  end: ["endedat", "endtime", "end", "finishedat", "completedat", "endtimestamp"],
  duration: [
    "upstreamresponsetime",
    "servicetime",
    "service",
    "processingtime",
    "exectime",
    "executiontime",
    "inferencetime",
    "duration",
    "latency",
    "elapsed",
    "requesttime",
    "responsetime",
    "took",
    "timetaken",
    "e2elatency",
    "runtime"
  ],
  wait: ["wait", "waittime", "queuetime", "queuewait", "timeinqueue", "queued"],
  status: ["status", "statuscode", "httpstatus", "responsecode", "code", "outcome", "state", "result"],
  runner: [
    "runnerid",
    "runner",
    "upstreamhost",
    "upstreamaddr",
    "pod",
    "podname",
    "instance",
    "instanceid",
    "replica",
    "worker",
    "server",
    "node"
  ],
  id: ["requestid", "xrequestid", "id", "traceid", "reqid"],
  tokens: ["outputtokens", "completiontokens", "generatedtokens", "outputlength", "responsetokens"]
}

const unitEnd = /(?:[_-]?(?:ns|us|µs|ms|s|sec|secs|seconds|millis|micros|nanos|milliseconds|microseconds))$/iu

const plain = (name: string): string =>
  name
    .split(".")
    .at(-1)!
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/gu, "")

/** The forms under which a name may be known: with and without the unit at its end. */
const formsOf = (name: string): ReadonlyArray<string> => [plain(name), plain(name.replace(unitEnd, ""))]

/** What the columns of a file hold, by their names; those that were told win. */
export const choose = (names: ReadonlyArray<string>, told: Chosen): Chosen => {
  const chosen: Chosen = { ...told }
  const isFree = (name: string): boolean => !Object.values(chosen).includes(name)
  for (const role of ["arrival", "end", "start", "duration", "wait", "status", "runner", "id", "tokens"] as const) {
    if (chosen[role] !== undefined) continue
    const found = known[role].map((form) => names.find((name) => isFree(name) && formsOf(name).includes(form)))
    const name = found.find((each) => each !== undefined)
    if (name !== undefined) chosen[role] = name
  }
  return chosen
}

const unitNames: Readonly<Record<string, "ns" | "us" | "ms" | "s">> = {
  ns: "ns",
  nanos: "ns",
  us: "us",
  micros: "us",
  microseconds: "us",
  ms: "ms",
  millis: "ms",
  milliseconds: "ms",
  s: "s",
  sec: "s",
  secs: "s",
  seconds: "s"
}

/** The unit that stands at the end of a name, `took_ms`, `durationMs`; null where none does. */
export const unitIn = (name: string): "ns" | "us" | "ms" | "s" | null => {
  const [, word] = /(?:_|-|\.|(?<=[a-z])(?=[A-Z]))([A-Za-z]+)$/u.exec(name) ?? []
  return word === undefined ? null : (unitNames[word.toLowerCase()] ?? null)
}
