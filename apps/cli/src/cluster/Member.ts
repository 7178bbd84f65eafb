import * as NodeClusterSocket from "@effect/platform-node/NodeClusterSocket"
import { Option } from "effect"
import type * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as RunnerAddress from "effect/cluster/RunnerAddress"

/** Where the other members of a cluster reach one. */
export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Shorter than the library's own: a trial takes seconds, and nobody is to wait long for one whose worker was killed. Long
 * enough for a machine that is busy simulating not to be taken for dead.
 */
const config: Partial<ShardingConfig.ShardingConfig["Service"]> = {
  shardLockExpiration: "21 seconds",
  shardLockRefreshInterval: "7 seconds",
  runnerHealthCheckInterval: "5 seconds",
  refreshAssignmentsInterval: "1 second",
  entityMessagePollInterval: "1 second",
  entityReplyPollInterval: "500 millis",
  entityTerminationTimeout: "1 second",
  entityMaxIdleTime: "5 seconds"
}

/** One that only asks. */
export const asking = NodeClusterSocket.layer({
  clientOnly: true,
  storage: "sql",
  shardingConfig: { ...config, runnerAddress: Option.none() }
})

/** One that works. */
export const working = ({ host, port }: Address) =>
  NodeClusterSocket.layer({
    storage: "sql",
    shardingConfig: {
      ...config,
      runnerAddress: Option.some(RunnerAddress.make(host, port)),
      runnerListenAddress: Option.some(RunnerAddress.make("0.0.0.0", port))
    }
  })
