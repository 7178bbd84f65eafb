// `memory.ts REQUESTS`: what a run of so many requests leaves behind when it is over, in bytes.
import { heapStats } from "bun:jsc"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import { specOf } from "./FleetQueue.ts"

const requests = Number(process.argv[2])
const servers = 100
const meanServiceMs = 1000
const perMs = (0.9 * servers) / meanServiceMs
const queue = { servers, meanServiceMs, perMs, forMs: Math.round(requests / perMs), seed: 1 }
const simulation = new Simulation(specOf(queue), "none", 1)
simulation.run()
Bun.gc(true)
const heap = heapStats().heapSize
const rss = process.memoryUsage().rss
// The run is read here, so that nothing of it was collected before.
const { requests: table } = simulation.fleet.state
process.stdout.write(JSON.stringify({ heap, rss, records: table.all.length }))
