import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as DocumentText from "./DocumentText.ts"
import * as Documents from "./Documents.ts"

const accepts = {
  ...Argument.output,
  topic: Argument.optionalWordOf(Documents.topics, "which document (default: a list of them)", { metavar: "TOPIC" })
}

/** The title of a document, its first line. */
const titleOf = (text: string): string => (text.split("\n")[0] ?? "").replace(/^# */, "")

const listed = Effect.gen(function* () {
  const { json, result, value } = yield* Output
  const all = yield* Effect.promise(() =>
    Promise.all(Documents.topics.map(async (topic) => ({ topic, title: titleOf(await Documents.read(topic)) })))
  )
  if (json) yield* value({ documents: all })
  else yield* result(all.map(({ title, topic }) => `ebb docs ${topic.padEnd(14)}${title}\n`).join(""))
  return 0
})

const run = Effect.fn("docs")(function* ({ topic }: Argument.Given<typeof accepts>) {
  if (topic === undefined) return yield* listed
  const { json, result, stderr, stdout, value } = yield* Output
  const text = yield* Effect.promise(() => Documents.read(topic))
  yield* json ? value({ topic, text }) : result(DocumentText.render(text, stdout, stdout.columns ?? stderr.columns))
  return 0
})

/** `ebb docs [TOPIC]` */
export const docs = Leaf.make({
  description: "Read the documentation of ebb, which is in the binary.",
  accepts,
  examples: ["ebb docs", "ebb docs draining", "ebb docs spec | less"],
  run
})
