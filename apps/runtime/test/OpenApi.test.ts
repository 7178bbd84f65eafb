import * as Api from "@ebb/protocol/rest/Api"
import { document } from "@ebb/runtime/planes/rest/OpenApi"
import { Validator } from "@seriousme/openapi-schema-validator"
import { assert, it } from "vitest"

const operations = Object.entries(document().paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation }))
)

it("the document of the REST API is valid OpenAPI", async () => {
  // As it crosses the wire.
  const result = await new Validator().validate(JSON.parse(JSON.stringify(document())))
  assert.deepStrictEqual(result.errors ?? [], [])
  assert.isTrue(result.valid)
})

it("every endpoint is in it, with its parameters and its answers", () => {
  for (const { method, path } of Object.values(Api)) {
    const inBraces = path.replace(/:(\w+)/g, "{$1}")
    const found = operations.find((each) => each.path === inBraces && each.method === method)
    assert.isDefined(found, `${method} ${path}`)
    assert.containsAllKeys(found!.operation, ["operationId", "summary", "responses"])
  }
})

it("and so are the streams and texts beside them", () => {
  for (const path of ["/v1/events", "/v1/journal", "/metrics"])
    assert.isTrue(
      operations.some((each) => each.path === path),
      path
    )
})

it("no two operations have the same name", () => {
  const names = operations.map(({ operation }) => ("operationId" in operation ? operation.operationId : ""))
  assert.strictEqual(new Set(names).size, names.length)
})
