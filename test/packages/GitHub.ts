import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

/** A comment as the API gives it. */
interface Comment {
  readonly id: number
  body: string
}

/** GitHub's comments API, as much of it as the action asks for. */
export interface GitHub {
  readonly url: string
  readonly comments: Array<Comment>
  /** What was asked, a line each: `POST /repos/o/r/issues/7/comments`. */
  readonly asked: Array<string>
  /** Refuses everything with this status from now on. */
  refuse: number | null
  /** The commit at the head of every pull request. */
  head: string
  readonly close: () => Promise<void>
}

/** Starts a stand-in that keeps comments; pages are as long as they are asked for. */
export const start = async (): Promise<GitHub> => {
  const server = createServer((request, response) => {
    const pieces: Array<Buffer> = []
    request.on("data", (piece: Buffer) => pieces.push(piece))
    request.on("end", () => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost")
      github.asked.push(`${request.method} ${pathname}`)
      const answer = (status: number, value: object): void => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
      }
      if (request.headers.authorization !== "Bearer a-token") return answer(401, { message: "Bad credentials" })
      if (github.refuse !== null) return answer(github.refuse, { message: "Resource not accessible by integration" })
      const body = pieces.length === 0 ? "" : String(JSON.parse(Buffer.concat(pieces).toString()).body)
      if (body.length > 65_536) return answer(422, { message: "body is too long" })
      if (/\/pulls\/\d+$/.test(pathname)) return answer(200, { head: { sha: github.head } })
      if (request.method === "PATCH") {
        const comment = github.comments.find(({ id }) => pathname.endsWith(`/comments/${id}`))
        if (comment === undefined) return answer(404, { message: "Not Found" })
        comment.body = body
        return answer(200, comment)
      }
      if (request.method === "POST") {
        github.comments.push({ id: github.comments.length + 1, body })
        return answer(201, github.comments.at(-1)!)
      }
      const perPage = Number(searchParams.get("per_page") ?? 30)
      const from = (Number(searchParams.get("page") ?? 1) - 1) * perPage
      answer(200, github.comments.slice(from, from + perPage))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const github: GitHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments: [],
    asked: [],
    refuse: null,
    head: "",
    close: () => new Promise((resolve) => server.close(() => resolve()))
  }
  return github
}
