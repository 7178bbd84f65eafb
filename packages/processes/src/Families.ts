import * as Orphans from "./Orphans.ts"
import type { ProcessGroup } from "./ProcessGroup.ts"
import * as ProcessTable from "./ProcessTable.ts"
import type * as Signals from "./Signals.ts"

// What commands have started, be it in sessions of their own. One look at the machine's processes serves many commands.

/** A process that belongs to a group. */
interface Root {
  readonly entry: ProcessTable.Entry
  readonly group: ProcessGroup
  /** Nothing but its mark tells that it belongs. */
  readonly isMarked: boolean
}

/** By what it is known to belong: its process group, its mark, or that it was seen to belong before. */
const rootsOf = (living: ReadonlyArray<ProcessTable.Living>, groups: ReadonlyArray<ProcessGroup>) => {
  const byNumber = new Map(groups.map((group) => [group.pid, group]))
  const byMark = new Map(groups.map((group) => [group.mark, group]))
  const byKin = new Map(groups.flatMap((group) => group.kin.map((kin) => [kin.pid, { group, start: kin.start }])))
  // Once a command is gone its number may be a stranger's, and then so is the group of that number.
  const taken = new Set(living.map(({ pid }) => pid))
  const markedBy = (entry: ProcessTable.Living) => entry.marks().flatMap((mark) => byMark.get(mark) ?? [])[0]
  return living.flatMap((entry): ReadonlyArray<Root> => {
    const numbered = byNumber.get(entry.groupPid)
    if (numbered !== undefined && (numbered.exit === undefined || !taken.has(numbered.pid))) {
      return [{ entry, group: numbered, isMarked: false }]
    }
    const known = byKin.get(entry.pid)
    if (known !== undefined && ProcessTable.isSameStart(entry.start, known.start)) {
      return [{ entry, group: known.group, isMarked: false }]
    }
    const marked = markedBy(entry)
    return marked === undefined ? [] : [{ entry, group: marked, isMarked: true }]
  })
}

interface Member {
  readonly group: ProcessGroup
  readonly orphan: Orphans.Orphan
  /** In a process group of its own. */
  readonly isOutside: boolean
}

/** The living processes of each of these groups, those that descend from them too. */
const familiesOf = (groups: ReadonlyArray<ProcessGroup>): ReadonlyMap<ProcessGroup, ReadonlyArray<Member>> => {
  const living = ProcessTable.living()
  const children = Map.groupBy(living, ({ parentPid }) => parentPid)
  const found = new Map(rootsOf(living, groups).map((root) => [root.entry.pid, root]))
  // Whoever is found on the way is looked at as well: a map goes on to what is added to it.
  for (const { entry, group } of found.values()) {
    for (const child of children.get(entry.pid) ?? []) {
      const known = found.get(child.pid)
      if (known === undefined) found.set(child.pid, { entry: child, group, isMarked: false })
    }
  }
  const members = [...found.values()].map(({ entry, group, isMarked }) => {
    const { groupPid, pid, start } = entry
    const mark = isMarked && !found.has(entry.parentPid) ? group.mark : null
    return { group, isOutside: groupPid !== group.pid, orphan: { pid, start, mark } }
  })
  return Map.groupBy(members, ({ group }) => group)
}

/** Notes of each group who belongs to it outside: once its parent is gone, nothing tells that of one without a mark. */
const note = (groups: ReadonlyArray<ProcessGroup>): void => {
  const families = familiesOf(groups)
  for (const group of groups) {
    group.kin = (families.get(group) ?? []).filter(({ isOutside }) => isOutside).map(({ orphan }) => orphan)
  }
}

/** Kills some commands with all that they have started, and sends others the signal that they stop on: after one look at all. */
export const signal = (
  toKill: ReadonlyArray<ProcessGroup>,
  toStop: ReadonlyArray<readonly [ProcessGroup, Signals.StopSignal]>
): void => {
  const running = toKill.filter(({ exit }) => exit === undefined)
  // Nobody who is frozen starts another one behind the look.
  for (const group of running) group.freeze()
  try {
    note([...running, ...toStop.map(([group]) => group)])
  } finally {
    for (const [group, name] of toStop) group.terminate(name)
    for (const group of running) {
      group.kill()
      for (const kin of group.kin) Orphans.signal(kin, "SIGKILL")
    }
  }
}

/** Ends what commands that have ended have left behind; answers whom it signalled once none is left. */
export const end = (groups: ReadonlyArray<ProcessGroup>): Promise<ReadonlyArray<Orphans.Orphan>> =>
  Orphans.killFound(() => [...familiesOf(groups).values()].flat().map(({ orphan }) => orphan))
