// A server with a child in its group and a grandchild in a session of its own.
import { spawn } from "node:child_process"
import { createServer } from "node:http"

spawn("sleep", ["600"], { stdio: "ignore" })
spawn("setsid", ["sleep", "601"], { stdio: "ignore", detached: true }).unref()
createServer((_, response) => response.end(String(process.pid))).listen(Number(process.env.PORT), "127.0.0.1")
