import { addressShareUnitsMin } from '@holdfast/contract'
import type { Change, EventRef } from '@holdfast/inventory'

/** An open hold: the name of its client address, and its units. */
interface Open {
  readonly address: string
  readonly units: number
}

/** How much of what is held of an event is one client address's. A proxy that is taken for a client has nearly all of it. */
export interface AddressShares {
  /** Hears what the log of an event says, in its order. */
  learn(event: EventRef, changes: readonly Change[]): void
  /** The largest share, from 0 to 1, of the events of which at least `addressShareUnitsMin` units are held. */
  largest(): number
}

/** Knows of holds from when it was made; an event of which nothing is held is forgotten. */
export function createAddressShares(): AddressShares {
  const events = new Map<string, Map<string, Open>>()

  const shareOf = (holds: ReadonlyMap<string, Open>): number => {
    const units = new Map<string, number>()
    let all = 0
    for (const hold of holds.values()) {
      units.set(hold.address, (units.get(hold.address) ?? 0) + hold.units)
      all += hold.units
    }
    return all < addressShareUnitsMin ? 0 : Math.max(...units.values()) / all
  }

  return {
    learn({ appId, eventId }, changes) {
      const key = `${appId}/${eventId}`
      const holds = events.get(key) ?? new Map<string, Open>()
      for (const { kind, grantId, address, seats } of changes) {
        if (kind === 'publish') holds.clear()
        else if (grantId === null) continue
        else if (kind === 'hold' && address !== null) holds.set(grantId, { address, units: seats.length })
        else if (kind === 'release' || kind === 'expire' || kind === 'apply') holds.delete(grantId)
      }
      if (holds.size > 0) events.set(key, holds)
      else events.delete(key)
    },
    largest: () => Math.max(0, ...[...events.values()].map(shareOf)),
  }
}
