import { Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import * as DataFiles from "@ebb/runtime/control/DataFiles"
import * as FileUploads from "@ebb/runtime/control/FileUploads"
import type { Principal } from "@ebb/runtime/control/Principal"
import * as Storage from "@ebb/runtime/planes/data/Storage"
import { Database } from "@ebb/runtime/store/Database"
import { Files, FileStore } from "@ebb/runtime/store/FileStore"
import { TeamFiles, TeamFileStore } from "@ebb/runtime/store/TeamFileStore"

const principal: Principal = { team: "local", scope: "ADMIN", keyId: "login" }
const bytes = Buffer.from("hello\n")
const md5 = createHash("md5").update(bytes).digest("hex")
const metadata = { mode: "33188" }
const wrongHash = "0".repeat(64)

let folder: string
let database: Database
let files: FileStore
let names: TeamFileStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ebb-uploads-"))
  database = new Database(join(folder, "ebb.sqlite"))
  files = new FileStore(join(folder, "files"))
  names = new TeamFileStore(database)
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const run = <A, E>(effect: Effect.Effect<A, E, Files | TeamFiles>): Promise<A> =>
  Effect.runPromise(
    Effect.provide(effect, Layer.mergeAll(Layer.succeed(Files, files), Layer.succeed(TeamFiles, names)))
  )

/** What was answered, or why it was refused. */
const said = <A, E extends { readonly detail: string }>(effect: Effect.Effect<A, E, Files | TeamFiles>) =>
  run(Effect.match(effect, { onSuccess: (value): unknown => value, onFailure: ({ detail }): unknown => detail }))

const at = (path: string) => run(DataFiles.destination(principal, path))
const sent = async (to: Parameters<typeof FileUploads.begin>[1]) => {
  const { upload_id: id } = await run(FileUploads.begin(principal, to))
  const { etag, part_number: partNumber } = await run(FileUploads.part(id, 1, bytes))
  return { id, parts: [{ partNumber, etag }] }
}
const kept = () => readdirSync(join(folder, "files")).length

describe("of two uploads at once", () => {
  test.each([
    ["/data/a", "/data/a/b", "'/data/a' is a file"],
    ["/data/a/b", "/data/a", "'/data/a' is a folder"]
  ])("to %s and %s the first wins, and the other is refused and forgotten", async (first, second, why) => {
    const places = [await at(first), await at(second)] as const
    expect(await said(FileUploads.put(principal, places[0], bytes))).toEqual({ ok: true })
    expect(await said(FileUploads.put(principal, places[1], bytes))).toBe(why)
    expect(kept()).toBe(1)
  })

  test("in parts, the same", async () => {
    const places = [await at("/data/a"), await at("/data/a/b")] as const
    const uploads = [await sent(places[0]), await sent(places[1])] as const
    const complete = (n: 0 | 1) => said(FileUploads.complete(principal, places[n], uploads[n].id, uploads[n]))
    expect(await complete(0)).toEqual({ etag: md5 })
    expect(await complete(1)).toBe("'/data/a' is a file")
    expect(await complete(0)).toEqual({ etag: md5 })
    expect(kept()).toBe(1)
  })
})

describe("one that is completed twice at once with a wrong hash", () => {
  const to = { kind: "app", path: wrongHash } as const
  const gone = "No upload of that id is under way"

  test("is refused each time, and forgotten", async () => {
    const { id, parts } = await sent(to)
    const complete = () => said(FileUploads.complete(principal, to, id, { parts, metadata }))
    const words = await Promise.all([complete(), complete()])
    for (const word of words)
      expect([expect.stringMatching(/^What came for 0{64} has the hash /), gone]).toContainEqual(word)
    expect(words).toContainEqual(expect.stringMatching(/^What came/))
    expect(await complete()).toBe(gone)
    expect(kept()).toBe(0)
  })

  test("is refused where the first dropped it in the middle of the second", async () => {
    const { id, parts } = await sent(to)
    const find = files.find.bind(files)
    files.find = (wanted) => {
      const found = find(wanted)
      if (found !== null) files.remove(wanted)
      return found
    }
    expect(await said(FileUploads.complete(principal, to, id, { parts, metadata }))).toBe(gone)
  })
})

test("one of a deploy that is completed again is answered as the first time", async () => {
  const hash = createHash("sha256").update(bytes).update(metadata.mode).digest("hex")
  const to = { kind: "app", path: hash } as const
  const { id, parts } = await sent(to)
  const complete = () => said(FileUploads.complete(principal, to, id, { parts, metadata }))
  expect(await Promise.all([complete(), complete()])).toEqual([{ etag: md5 }, { etag: md5 }])
  expect(await complete()).toEqual({ etag: md5 })
})

test("one that is cancelled while it is completed or gets a part is under way no longer", async () => {
  const to = await at("/data/a")
  const { id, parts } = await sent(to)
  const late = [
    said(FileUploads.complete(principal, to, id, { parts })),
    said(FileUploads.part(id, 2, new Uint8Array(2 ** 20)))
  ]
  expect(await said(FileUploads.cancel(id))).toEqual({ ok: true })
  for (const answer of await Promise.all(late)) expect(answer).toBe("No upload of that id is under way")
  expect(kept()).toBe(0)
})

test("a name whose bytes are gone is in nobody's way", async () => {
  names.save("local", "data", { path: "/data/b", file: "gone", bytes: 1, updatedAtMs: 1 })
  await run(FileUploads.put(principal, await at("/data/a"), bytes))
  expect(await said(DataFiles.rename(principal, "/data/a", "/data/b"))).toEqual({ ok: true })
  expect(await said(DataFiles.list(principal, "/data"))).toMatchObject([{ path: "/data/b" }])
})

describe("of two callers who make one file whole at once", () => {
  const statuses = async (
    requests: ReadonlyArray<readonly [part: string, Request]>,
    upload: { id: string; word: string }
  ) => {
    const answers = requests.map(([part, request]) => Storage.receive(files, { ...upload, part }, request))
    return (await Promise.all(answers)).map(({ status }) => status)
  }
  const created = async () => {
    const stored = await files.create({ name: "a", contentType: "text/plain", expiresAtMs: null })
    return [stored, { id: stored.id, word: stored.upload }] as const
  }

  test("with other bytes, the second is refused", async () => {
    const [, upload] = await created()
    const put = (body: string) => ["", new Request("http://localhost/", { method: "PUT", body })] as const
    expect(await statuses([put("one"), put("another"), put("one")], upload)).toEqual([200, 409, 200])
  })

  test("of other parts, too", async () => {
    const [stored, upload] = await created()
    const parts = [await files.putPart(stored, 1, bytes), await files.putPart(stored, 2, bytes)]
    const complete = (of: typeof parts) => {
      const body = JSON.stringify({ parts: of })
      return ["complete", new Request("http://localhost/", { method: "POST", body })] as const
    }
    expect(await statuses([complete(parts), complete(parts.slice(1)), complete(parts)], upload)).toEqual([
      200, 409, 200
    ])
    expect(await Bun.file(files.find(stored.id)!.path).text()).toBe("hello\nhello\n")
  })
})
