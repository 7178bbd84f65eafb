import { serve } from "@ebb/sim/jobs/Serve"
import { tasks } from "./JobsTasks.ts"

serve(globalThis, tasks)
