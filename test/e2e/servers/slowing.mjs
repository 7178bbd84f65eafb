// Its requests share one processor: with n at work each gets on at the rate 1 / (1 + 0.25 (n − 1)), and takes 240 to 360 ms alone.
import { createServer } from "node:http"

const jobs = new Set()
let seenMs = performance.now()
let timer

const rate = () => 1 / (1 + 0.25 * (jobs.size - 1))

const advance = () => {
  const nowMs = performance.now()
  for (const job of jobs) job.leftMs -= (nowMs - seenMs) * rate()
  seenMs = nowMs
}

const schedule = () => {
  clearTimeout(timer)
  const leftMs = Math.min(...[...jobs].map((job) => job.leftMs))
  if (jobs.size > 0) timer = setTimeout(finish, Math.max(0, leftMs / rate()))
}

const finish = () => {
  advance()
  for (const job of [...jobs].filter(({ leftMs }) => leftMs <= 0.2)) {
    jobs.delete(job)
    job.response.end("{}")
  }
  schedule()
}

const server = createServer((request, response) => {
  request.resume()
  advance()
  jobs.add({ leftMs: 240 + 120 * Math.random(), response })
  schedule()
})
server.listen(Number(process.env.PORT), "127.0.0.1")
process.on("SIGTERM", () => server.close(() => process.exit(0)))
