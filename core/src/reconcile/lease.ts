import { leaseTtlMs, newId } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { Documents } from '../store/schema.ts'
import { isDuplicate, systemScope } from '../store/store.ts'

type Standing = Documents['leases']['standing']

/**
 * Who of several replicas does the background work. It saves work and is never needed for safety: two may think that
 * they have it (clocks differ, a process pauses), and nothing comes of it.
 */
export interface Lease {
  /** Takes it where nobody has it, or keeps it; says whether it is ours for the next `leaseTtlMs`. */
  hold(standing?: Standing): Promise<boolean>
  /** Lets it go, so that another may take it at once. */
  release(): Promise<void>
}

/** A lease of this name for one holder: this process. */
export function createLease({ store, platform }: Pick<Core, 'store' | 'platform'>, name: string): Lease {
  const holder = newId('op', platform.random)
  return {
    async hold(standing = null) {
      const now = platform.now()
      const until = new Date(now + leaseTtlMs)
      if ((await store.updateIf(systemScope, 'leases', { name, holder }, { set: { until, standing } })) === 1)
        return true
      try {
        const mine = { appId: systemScope, name, holder, until, standing }
        await store.putIf(systemScope, 'leases', mine, { until: { lte: new Date(now) } })
        return true
      } catch (error) {
        if (isDuplicate(error, 'leases', 'primary')) return false
        throw error
      }
    },
    async release() {
      await store.delete(systemScope, 'leases', { name, holder })
    },
  }
}
