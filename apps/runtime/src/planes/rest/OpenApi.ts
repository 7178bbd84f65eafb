import * as Api from "@ebb/protocol/rest/Api"
import type { AnyEndpoint } from "@ebb/protocol/rest/Endpoint"
import { version } from "@ebb/text/Version"
import { Schema } from "effect"

const jsonSchema = (schema: Schema.Codec<unknown, unknown>): object => Schema.toJsonSchemaDocument(schema).schema

const failure = (description: string) => ({
  description,
  content: { "application/json": { schema: { type: "object", properties: { detail: { type: "string" } } } } }
})

const pathParameters = (path: string) =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } }))

const queryParameters = ({ query }: AnyEndpoint) => {
  if (query === null) return []
  const { properties = {}, required = [] } = jsonSchema(query) as {
    readonly properties?: Readonly<Record<string, object>>
    readonly required?: ReadonlyArray<string>
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema
  }))
}

const operation = (name: string, endpoint: AnyEndpoint) => ({
  operationId: name,
  summary: endpoint.summary,
  security: [{ key: [] }],
  parameters: [...pathParameters(endpoint.path), ...queryParameters(endpoint)],
  ...(endpoint.body === null
    ? {}
    : { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(endpoint.body) } } } }),
  responses: {
    "200": { description: "Done", content: { "application/json": { schema: jsonSchema(endpoint.answer) } } },
    "400": failure("A value is out of its range or malformed"),
    ...refusalsOf(endpoint.scope),
    "404": failure("There is no such thing in this team"),
    "429": failure("Too many wrong credentials")
  }
})

const entries: ReadonlyArray<readonly [string, AnyEndpoint]> = Object.entries(Api)

const pathsOf = () => {
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, endpoint] of entries) {
    const path = endpoint.path.replace(/:(\w+)/g, "{$1}")
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(name, endpoint) }
  }
  return paths
}

const refusalsOf = (scope: string) => ({
  "401": failure("The credentials are nobody's"),
  "403": failure(`The key's scope is too small: ${scope} is needed`)
})

const optionalText = (name: string) => ({ name, in: "query", required: false, schema: { type: "string" } })

/** What answers with a text or a stream, and so stands beside the table. */
const texts = {
  "/v1/events": {
    get: {
      operationId: "events",
      summary: "A snapshot, then every change, numbered; of one app with `app`",
      security: [{ key: [] }],
      parameters: [optionalText("app"), optionalText("env")],
      responses: {
        "200": { description: "Events", content: { "text/event-stream": { schema: { type: "string" } } } },
        ...refusalsOf("ADMIN"),
        "404": failure("There is no such app in this team")
      }
    }
  },
  "/v1/journal": {
    get: {
      operationId: "journal",
      summary: "The journal of this run so far, for the user's own team",
      security: [{ key: [] }],
      responses: {
        "200": { description: "JSON lines", content: { "text/plain": { schema: { type: "string" } } } },
        ...refusalsOf("ADMIN")
      }
    }
  },
  "/metrics": {
    get: {
      operationId: "metrics",
      summary: "The gauges of the team's apps, in Prometheus' text format",
      security: [{ key: [] }],
      responses: {
        "200": { description: "Gauges", content: { "text/plain": { schema: { type: "string" } } } },
        ...refusalsOf("ADMIN")
      }
    }
  }
}

/** The REST API as an OpenAPI 3.1 document, made of the same table that serves it. */
export const document = () => ({
  openapi: "3.1.0",
  info: { title: "ebb", version, description: "The control plane of a local sandbox." },
  paths: { ...pathsOf(), ...texts },
  components: {
    securitySchemes: {
      key: { type: "apiKey", in: "header", name: "Authorization", description: "Key ID:SECRET" }
    }
  }
})
