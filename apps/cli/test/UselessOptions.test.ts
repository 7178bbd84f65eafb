import { assert, it } from "vitest"
import { run, wordsOf } from "./RunEbb.ts"

const stopped = "--stop, which ends the fault now; leave it out"

it.each([
  ["apps fault demo setup_failure --stop --for 3s", `✘ --for has no use with ${stopped}`],
  ["apps fault demo poll_failure --stop --status 500", `✘ --status has no use with ${stopped}`],
  [
    "apps fault demo setup_failure --status 500",
    "✘ --status has no use with setup_failure, which answers nothing; leave it out"
  ],
  [
    "top --env staging",
    "✘ --env staging says which app is meant, and there is none; name it: ebb top APP --env staging. Without APP all environments are shown"
  ],
  ["rehearse --preset llm --live --jobs 2", "✘ --jobs is for virtual time; leave it out with --live"],
  ["load demo --rate 5/s --for 0s", "ebb load: error: argument --for: must be a duration such as 30s or 5m, got '0s'"]
])("an option that would do nothing is refused: %s", async (line, expected) => {
  const { code, err, out } = await run(wordsOf(line), { env: { EBB_HOST: "127.0.0.1:1" } })
  assert.deepStrictEqual([code, out, err.trimEnd().split("\n").at(-1)], [2, "", expected])
})
