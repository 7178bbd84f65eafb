import { Result, Schema, SchemaAST, SchemaIssue } from "effect"
import { shown } from "@ebb/rows/RowError"
import { nearest } from "@ebb/text/Suggestion"

type Path = ReadonlyArray<PropertyKey>

/** What is wrong with the value at a path of a spec, and what would be right. */
export interface Problem {
  readonly path: Path
  readonly problem: string
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** All that is wrong with a value, in words; nothing where it has the form that the schema wants. */
export const problemsOf = (ast: SchemaAST.AST, value: unknown, path: Path = []): ReadonlyArray<Problem> => {
  const schema = Schema.make<Schema.Decoder<unknown>>(ast)
  const decoded = Schema.decodeUnknownResult(schema)(value, { errors: "all", onExcessProperty: "error" })
  return Result.isSuccess(decoded) ? [] : problemsAt(decoded.failure.issue, { ast, path, value })
}

/** Where an issue stands: the schema and the value there. */
interface Place {
  readonly ast: SchemaAST.AST
  readonly path: Path
  readonly value: unknown
}

const inside = (place: Place, keys: Path): Place =>
  keys.reduce<Place>(
    ({ ast, path, value }, key) => ({ ast: memberAt(ast, key), path: [...path, key], value: valueAt(value, key) }),
    place
  )

const valueAt = (value: unknown, key: PropertyKey): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined

const memberAt = (ast: SchemaAST.AST, key: PropertyKey): SchemaAST.AST => {
  if (ast._tag === "Arrays") return ast.rest[0] ?? ast.elements[0] ?? ast
  if (ast._tag !== "Objects") return ast
  return ast.propertySignatures.find(({ name }) => name === key)?.type ?? ast.indexSignatures[0]?.type ?? ast
}

/** The keys that may stand in a value of this schema. */
const keysOf = (ast: SchemaAST.AST): ReadonlyArray<string> => {
  if (ast._tag === "Union") return [...new Set(ast.types.flatMap((type) => keysOf(type)))]
  return ast._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []
}

const problemsAt = (issue: SchemaIssue.Issue, place: Place): ReadonlyArray<Problem> => {
  switch (issue._tag) {
    case "Pointer":
      return pointed(issue, place)
    case "Composite":
      return withoutAftermath(issue.issues).flatMap((part) => problemsAt(part, place))
    case "AnyOf":
      return choiceProblems(issue.ast, place)
    default:
      return [{ path: place.path, problem: ownWords(issue) ?? mustBe(place) }]
  }
}

/** A key that is missing was probably misspelt where there is one too many. */
const withoutAftermath = (issues: ReadonlyArray<SchemaIssue.Issue>): ReadonlyArray<SchemaIssue.Issue> => {
  const has = (tag: SchemaIssue.Issue["_tag"]) => (issue: SchemaIssue.Issue) =>
    issue._tag === "Pointer" && issue.issue._tag === tag
  return issues.some(has("UnexpectedKey")) ? issues.filter((issue) => !has("MissingKey")(issue)) : issues
}

/** What the check itself says about a value, if it does. */
const ownWords = (issue: SchemaIssue.Issue): string | null => {
  const message = format(issue).issues[0]!.message
  return /^Expected|^Invalid/.test(message) ? null : message
}

const pointed = ({ issue, path }: SchemaIssue.Pointer, place: Place): ReadonlyArray<Problem> => {
  const there = inside(place, path)
  if (issue._tag === "MissingKey") return [missing(place, there)]
  if (issue._tag === "UnexpectedKey") return [unknownKey(place, String(path[0]), [])]
  return problemsAt(issue, there)
}

const missing = (place: Place, there: Place): Problem =>
  Array.isArray(place.value)
    ? { path: place.path, problem: "is empty; at least one entry is needed" }
    : { path: there.path, problem: `is missing; it must be ${describe(there.ast)}` }

const unknownKey = ({ ast, path }: Place, key: string, others: ReadonlyArray<string>): Problem => {
  if (others.length > 0) {
    return { path: [...path, key], problem: `is given beside ${others.join(" and ")}; give one of them` }
  }
  const known = keysOf(ast)
  const meant = nearest(key, known)
  const help = meant === null ? `known are ${known.join(", ")}` : `did you mean ${meant}?`
  return { path: [...path, key], problem: `is not known here; ${help}` }
}

/** Of a choice, the problems of the member that was probably meant: the one that has the keys given. */
const choiceProblems = (choice: SchemaAST.Union, { path, value }: Place): ReadonlyArray<Problem> => {
  const place = { ast: choice, path, value }
  if (!isObject(value)) return plainProblems(choice, place)
  const given = Object.keys(value)
  const [first, ...others] = given
  if (first === undefined) return [{ path, problem: mustBe(place) }]
  const strange = given.find((key) => !keysOf(choice).includes(key))
  const meant = choice.types.find((type) => given.some((key) => keysOf(type).includes(key)))
  if (meant === undefined) return [unknownKey(place, first, [])]
  const foreign = others.find((key) => !keysOf(meant).includes(key))
  if (strange === undefined && foreign !== undefined) return [unknownKey(place, foreign, [first])]
  return problemsOf(meant, value, path)
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A text or a number where the choice has exactly one member of that type is held to that member. */
const plainProblems = (choice: SchemaAST.Union, place: Place): ReadonlyArray<Problem> => {
  const members = choice.types.flatMap((type) => (type._tag === "Union" ? type.types : [type]))
  const tag = typeof place.value === "string" ? "String" : typeof place.value === "number" ? "Number" : null
  const meant = members.filter((type) => type._tag === tag)
  if (meant.length === 1 && !members.some((type) => type._tag === "Literal")) {
    return problemsOf(meant[0]!, place.value, place.path)
  }
  const known = members.flatMap((type) => (type._tag === "Literal" ? [String(type.literal)] : []))
  const nearby = typeof place.value === "string" ? nearest(place.value, known) : null
  return [{ path: place.path, problem: mustBe(place) + (nearby === null ? "" : `; did you mean ${nearby}?`) }]
}

const mustBe = ({ ast, value }: Place): string => `must be ${describe(ast)}, got ${shown(value)}`

/** What a schema wants, in words. */
const describe = (ast: SchemaAST.AST): string => {
  const description = SchemaAST.resolveDescription(ast)
  if (description !== undefined) return description
  switch (ast._tag) {
    case "String":
      return "a text"
    case "Number":
      return "a number"
    case "Boolean":
      return "true or false"
    case "Arrays":
      return "a list"
    case "Objects":
      return ast.propertySignatures.length === 0 ? "an object" : `an object with ${keysOf(ast).join(", ")}`
    case "Union":
      return describeChoice(ast)
    default:
      return "something else"
  }
}

const describeChoice = ({ types }: SchemaAST.Union): string => {
  const literals = types.flatMap((type) => (type._tag === "Literal" ? [String(type.literal)] : []))
  const others = types.filter((type) => type._tag !== "Literal").map((type) => describe(type))
  return [...(literals.length === 0 ? [] : [`one of ${literals.join(", ")}`]), ...new Set(others)].join(", or ")
}
