import {
  backlogRoundMs,
  claimsRoundMs,
  faultNameOf,
  leaseRenewMs,
  purgeRoundMs,
  relayRoundMs,
  repairedEventsAtOnce,
  repairRoundMs,
} from '@holdfast/contract'
import { finishClaims } from '../bookings/finish-claims.ts'
import type { Core } from '../context.ts'
import { type Backlog, readBacklog } from '../outbox/read-backlog.ts'
import { relayOnce } from '../outbox/relay.ts'
import type { Settling } from '../payments/book-paid.ts'
import { settleDue } from '../payments/settle-due.ts'
import { finishErasures } from '../privacy/erase-person.ts'
import { forgetBuyers } from '../privacy/forget-buyers.ts'
import type { EventDoc } from '../store/schema.ts'
import { finishMerges } from '../users/merge-guest.ts'
import { tellRevocations } from '../users/revocations.ts'
import { type AddressShares, createAddressShares } from './address-shares.ts'
import { createDrift, type Drift } from './drift.ts'
import { createInspection, type Inspection } from './inspect.ts'
import { createLease } from './lease.ts'
import { tailLedger } from './ledger.ts'
import { loadedEvents, type RoundPlaces } from './loaded-events.ts'
import { rebuildInventory } from './rebuild.ts'
import { createRoundsTold } from './rounds-told.ts'
import { sweepEvent } from './sweep.ts'

/** How often a pause looks whether it is over. */
const napMs = 100

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'rebuildWaitMs' | 'retention'>

/** What looks at events more slowly than round by round, and knows how far it has come. */
export interface Keepers {
  readonly drift?: Drift
  readonly inspection?: Inspection
  readonly shares?: AddressShares
  readonly places?: RoundPlaces
}

/**
 * One round of repair over every event that has seats, until its sale is closed and nothing of it is due: sweep, then
 * ledger, then some pages of the drift check when its time has come. Each does a bounded part of an event in one round,
 * so that a hot one does not keep the others waiting. A fault of one event stays its own. Inventories that are gone are
 * built after the round, all at once, for each must wait before it begins.
 *
 * @param isOver whether no further event is begun.
 */
export async function repairOnce(
  ctx: Context,
  { drift, inspection, shares, places = new Map() }: Keepers = {},
  isOver = () => false,
): Promise<void> {
  const events = loadedEvents(ctx.store, places)
  const missing: (EventDoc & { readonly found: number })[] = []
  const apart = async (event: EventDoc, work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      const { appId, eventId } = event
      const fault = faultNameOf(error)
      ctx.log({ level: 'error', event: 'repair_failed', appId, eventId, fault })
    }
  }
  const repair = async (event: EventDoc) => {
    const swept = await sweepEvent(ctx, event, event.epoch)
    if (swept.word === 'missing') return void missing.push({ ...event, found: swept.found })
    if ((await tailLedger(ctx, event, shares)) === 'lost') drift?.hurry(event)
    await drift?.look(event)
    await inspection?.look(event)
  }
  const worker = async () => {
    for (let next = await events.next(); !next.done && !isOver(); next = await events.next()) {
      const event = next.value
      await apart(event, () => repair(event))
    }
  }
  await Promise.all(Array.from({ length: repairedEventsAtOnce }, worker))
  if (isOver()) return
  await Promise.all(missing.map((event) => apart(event, () => rebuildInventory(ctx, event))))
}

/** The background work of one core. */
export interface Repair {
  /** Whether this core has the lease, as far as it knows. */
  isOurs(): boolean
  /** What waited in the outbox when it was looked at last; null: this core does not look. */
  backlog(): Backlog | null
  /** The largest share that one client address has of what is held of an event; null: this core does not look. */
  addressShare(): number | null
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>
}

/**
 * Starts the background work of core. Of several replicas the one that has the lease does it.
 *
 * @param host what the operator is told of where it runs.
 */
export function startRepair(ctx: Context & Settling, host = 'unknown'): Repair {
  let [stopped, isOurs, backlog] = [false, false, null as Backlog | null]
  let since = new Date(0)
  const lease = createLease(ctx, 'repair')
  const told = createRoundsTold(ctx.platform, host)
  const tryTo = (name: string, work: () => Promise<unknown>) =>
    work().catch((error: unknown) =>
      ctx.log({ level: 'error', event: `${name}_failed`, fault: faultNameOf(error) }),
    )
  const renew = async () => {
    let isNow = false
    if (!isOurs) since = new Date(ctx.platform.now())
    try {
      isNow = await lease.hold(told.standing(since))
      if (isNow && !isOurs) ctx.log({ event: 'repair_taken_over' })
    } finally {
      isOurs = isNow
      if (!isNow) backlog = null
    }
  }
  const nap = () => ctx.platform.sleep(napMs)
  const every = async (pauseMs: number, name: string, work: () => Promise<unknown>) => {
    while (!stopped) {
      await tryTo(name, work)
      for (let waited = 0; waited < pauseMs && !stopped; waited += napMs) await nap()
    }
  }
  const everyOurs = async (pauseMs: number, name: string, work: () => Promise<unknown>) => {
    while (!isOurs && !stopped) await nap()
    await every(pauseMs, name, async () => {
      if (isOurs) await told.note(name, work)
    })
  }
  const shares = createAddressShares()
  const keepers = { drift: createDrift(ctx), inspection: createInspection(ctx), shares, places: new Map() }
  const look = async () => {
    backlog = await readBacklog(ctx)
  }
  const running = [
    every(leaseRenewMs, 'lease', renew),
    everyOurs(repairRoundMs, 'repair', () => repairOnce(ctx, keepers, () => stopped || !isOurs)),
    everyOurs(relayRoundMs, 'relay', () => relayOnce(ctx)),
    everyOurs(relayRoundMs, 'payments', () => settleDue(ctx)),
    everyOurs(claimsRoundMs, 'claims', () => finishClaims(ctx)),
    everyOurs(claimsRoundMs, 'merges', () => finishMerges(ctx)),
    everyOurs(claimsRoundMs, 'revocations', () => tellRevocations(ctx)),
    everyOurs(claimsRoundMs, 'erasures', () => finishErasures(ctx)),
    everyOurs(purgeRoundMs, 'buyers', () => forgetBuyers(ctx)),
    everyOurs(purgeRoundMs, 'purge', () => ctx.store.purgeExpired(new Date(ctx.platform.now()))),
    everyOurs(backlogRoundMs, 'backlog', look),
  ]
  return {
    isOurs: () => isOurs,
    backlog: () => backlog,
    addressShare: () => (isOurs ? shares.largest() : null),
    async stop() {
      stopped = true
      await Promise.all(running)
      await tryTo('lease', () => lease.release())
      isOurs = false
    },
  }
}
