import { version } from "@ebb/text/Version"

/** What `ebb` alone prints: what it is for, and the few commands to begin with. */
export const welcome = `ebb ${version}: rehearse a rollout before production does it for you.

  ebb rehearse            what each way of rolling out does to your requests
  ebb init                write a spec of your own app to rehearse
  ebb plan                which grace period, way, time and scaling to choose
  ebb check -- COMMAND    start your own server and see whether it drains
  ebb up                  start a local sandbox, with a page in the browser
  ebb docs                read how it works

All commands: ebb help    One of them: ebb help rehearse
`
