// A sandbox whose one simulated app answers at once, until it is told to end.
import { start } from "./sandbox.ts"

const slots = 256
const { key, stop, url } = await start(1, slots, "0s")
process.once("SIGTERM", () => void stop().then(() => process.exit(0)))
process.stdout.write(`${JSON.stringify({ url: `${url}/fal.run/local/app`, key })}\n`)
