import type { Inventory, SnapshotReply } from '@holdfast/inventory'
import type { Faults } from './faults.ts'
import type { Scheduler } from './scheduler.ts'

/** The inventory of one who reads maps from a replica, which is left behind now and then: what it tells was so once. */
export function readingReplica(inventory: Inventory, { random }: Scheduler, faults: () => Faults): Inventory {
  let known: SnapshotReply | undefined
  return {
    ...inventory,
    async snapshot(event) {
      if (known && random.chance(faults().stale)) return known
      known = await inventory.snapshot(event)
      return known
    },
  }
}
