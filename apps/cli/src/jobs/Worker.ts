// What runs on a worker thread; a module of its own, so that a worker loads no more than its tasks.
import { serve } from "@ebb/sim/jobs/Serve"
import { tasks } from "./Tasks.ts"

serve(globalThis, tasks)
