// Takes no notice of SIGTERM; leaves a child in a session of its own and one without its environment.
import { spawn } from "node:child_process"
import { createServer } from "node:http"

spawn("setsid", ["sleep", "603"], { stdio: "ignore", detached: true }).unref()
spawn("env", ["-i", "sleep", "604"], { stdio: "ignore" })
process.on("SIGTERM", () => console.log("SIGTERM is nothing to me"))
createServer((_, response) => void setTimeout(() => response.end("late"), 600_000)).listen(Number(process.env.PORT))
