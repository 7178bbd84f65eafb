// Keeps one comment on a pull request up to date, by GitHub's REST API.
import { Refusal } from "./Runner.mjs"

/** The most characters that a comment may have. */
const lengthMax = 65_536

const why = (status, what) => {
  if (status === 401) return "GitHub does not know the token: give the input token a valid one."
  if (status === 403) {
    return "The token may not write the comment: give the job permissions: pull-requests: write, or set the input comment to false."
  }
  if (status === 404) return `GitHub has no ${what}, or the token may not see it.`
  return `GitHub answered ${status} to the comment; run the job again.`
}

/** @param {{ api: string, token: string, repository: string }} access */
const request = async ({ api, token }, method, path, body) => {
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "user-agent": "ebb",
    "x-github-api-version": "2022-11-28"
  }
  try {
    return await fetch(`${api}${path}`, { method, headers, body: body && JSON.stringify(body) })
  } catch (error) {
    throw new Refusal(`GitHub could not be reached at ${api}: ${error.cause?.message ?? error.message}.`)
  }
}

const ask = async (access, method, path, what, body) => {
  const answer = await request(access, method, path, body)
  if (!answer.ok) throw new Refusal(why(answer.status, what))
  return answer.json()
}

const perPage = 100

const find = async (access, number, marker) => {
  const what = `pull request ${number} in ${access.repository}`
  for (let page = 1; ; page++) {
    const path = `/repos/${access.repository}/issues/${number}/comments?per_page=${perPage}&page=${page}`
    const comments = await ask(access, "GET", path, what)
    const own = comments.find(({ body }) => body?.startsWith(marker))
    if (own !== undefined) return own.id
    if (comments.length < perPage) return null
  }
}

const cut = (text) => {
  if (text.length <= lengthMax) return text
  const note = "\n</details>\n\nThe rest is in the report of the run: a comment may not be longer.\n"
  return text.slice(0, lengthMax - note.length) + note
}

/** The first line of the comment on that spec: shown to nobody, and how the comment is found again. */
export const markerOf = (name) => `<!-- ebb rehearsal of ${name.replaceAll("--", "-")} -->`

/** Writes the comment, over the one that begins with the marker where there is one. */
export const put = async (access, number, marker, text) => {
  const body = cut(`${marker}\n${text}`)
  const id = await find(access, number, marker)
  const issues = `/repos/${access.repository}/issues`
  if (id === null) await ask(access, "POST", `${issues}/${number}/comments`, `pull request ${number}`, { body })
  else await ask(access, "PATCH", `${issues}/comments/${id}`, `comment ${id}`, { body })
}

/** The commit at the head of a pull request. */
export const headOf = async (access, number) => {
  const { head } = await ask(access, "GET", `/repos/${access.repository}/pulls/${number}`, `pull request ${number}`)
  return head.sha
}
