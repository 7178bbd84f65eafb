import type { Announcing } from "../kernel/Announcer.ts"
import type { Apps } from "../kernel/Apps.ts"
import type { Kernel } from "../kernel/Kernel.ts"
import type { Processes } from "../kernel/Processes.ts"
import type { Catalog } from "../store/CatalogStore.ts"
import type { Sqlite } from "../store/Database.ts"
import type { Directory } from "../store/DataDirectory.ts"
import type { Files } from "../store/FileStore.ts"
import type { Keys } from "../store/KeyStore.ts"
import type { RequestLedger } from "../store/LedgerStore.ts"
import type { Queue } from "../store/QueueStore.ts"
import type { Secrets } from "../store/SecretStore.ts"
import type { TeamFiles } from "../store/TeamFileStore.ts"
import type { Teams } from "../store/TeamStore.ts"
import type { AppRecords } from "./AppRecords.ts"
import type { Deploys } from "./Deploys.ts"
import type { Rollouts } from "./Rollouts.ts"

/** What use cases of the control plane stand on; each names in its type those that it needs. */
export type Control =
  | Announcing
  | AppRecords
  | Apps
  | Catalog
  | Deploys
  | Directory
  | Files
  | Kernel
  | Keys
  | Processes
  | Queue
  | RequestLedger
  | Rollouts
  | Secrets
  | Sqlite
  | TeamFiles
  | Teams
