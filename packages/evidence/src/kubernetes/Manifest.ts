import { RowError } from "@ebb/rows/RowError"
import { parseAllDocuments } from "yaml"
import { listAt, textAt } from "../learn/Json.ts"

/** A Kubernetes object as far as it is looked at; anything may be missing. */
export type Manifest = Readonly<Record<string, unknown>>

const isManifest = (value: unknown): value is Manifest =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const values = (text: string): ReadonlyArray<unknown> => {
  if (text.trimStart().startsWith("{")) {
    try {
      return [JSON.parse(text)]
    } catch {
      throw new RowError(1, "is no whole JSON object: it may be cut off")
    }
  }
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents)) return []
  return documents.map((document) => {
    const [error] = document.errors
    if (error === undefined) return document.toJS() as unknown
    throw new RowError(error.linePos?.[0].line ?? 1, `is not YAML: ${error.message.split(" at line ")[0]!}`)
  })
}

/** The objects of YAML documents or JSON, those of lists one by one. */
export const parse = (text: string): ReadonlyArray<Manifest> => {
  const objects = values(text)
    .flatMap((value) => (textAt(value, "kind")?.endsWith("List") === true ? listAt(value, "items") : [value]))
    .filter(isManifest)
    .filter((object) => textAt(object, "kind") !== null)
  if (objects.length === 0) throw new RowError(1, "has no Kubernetes object: nothing in it has a kind")
  return objects
}
