import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import { fails } from "./BadBehaviours.ts"
import { drains, untested } from "./Behaviours.ts"
import { vi } from "vitest"
import { tell } from "./Judge.ts"

// Where a look takes long, those of one check would hold up the others.
vi.setConfig({ maxConcurrency: CurrentSystem.current().isSlow ? 1 : 6, testTimeout: 300_000 })

// One file for all of them: each has a server and its load beside it, and more of them at once would measure the machine.
tell("a check that tested nothing fails, of a server that", untested)
tell("a server passes that", drains)
tell("a server fails that", fails)
