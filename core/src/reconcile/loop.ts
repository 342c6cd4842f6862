import {
  leaseRenewMs,
  purgeRoundMs,
  relayRoundMs,
  repairedEventsAtOnce,
  repairedEventsMax,
  repairRoundMs,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { relayOnce } from '../outbox/relay.ts'
import type { Settling } from '../payments/book-paid.ts'
import { settleDue } from '../payments/settle-due.ts'
import { everyApp } from '../store/store.ts'
import { createLease } from './lease.ts'
import { tailLedger } from './ledger.ts'
import { sweepEvent } from './sweep.ts'

/** How often a pause looks whether it is over. */
const napMs = 100

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'rebuildWaitMs'>

/** One round of repair over every event that has seats: sweep, then ledger. A fault of one event stays its own. */
export async function repairOnce(ctx: Context): Promise<void> {
  const events = await ctx.store.find(
    everyApp,
    'events',
    { seatCount: { gt: 0 } },
    { limit: repairedEventsMax },
  )
  const worker = async () => {
    for (let event = events.shift(); event; event = events.shift()) {
      const { appId, eventId, epoch } = event
      try {
        await sweepEvent(ctx, { appId, eventId }, epoch)
        await tailLedger(ctx, { appId, eventId })
      } catch (error) {
        ctx.log({
          event: 'repair_failed',
          appId,
          eventId,
          fault: error instanceof Error ? error.name : 'unknown',
        })
      }
    }
  }
  await Promise.all(Array.from({ length: repairedEventsAtOnce }, worker))
}

/**
 * Starts the background work of core. Of several replicas the one that has the lease does it. `stop` resolves when
 * nothing of it runs any more.
 */
export function startRepair(ctx: Context & Settling): { stop(): Promise<void> } {
  let [stopped, isOurs] = [false, false]
  const lease = createLease(ctx, 'repair')
  const tryTo = (name: string, work: () => Promise<unknown>) =>
    work().catch((error: unknown) =>
      ctx.log({ event: `${name}_failed`, fault: error instanceof Error ? error.name : 'unknown' }),
    )
  const renew = async () => {
    let isNow = false
    try {
      isNow = await lease.hold()
      if (isNow && !isOurs) ctx.log({ event: 'repair_taken_over' })
    } finally {
      isOurs = isNow
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
      if (isOurs) await work()
    })
  }
  const running = [
    every(leaseRenewMs, 'lease', renew),
    everyOurs(repairRoundMs, 'repair', () => repairOnce(ctx)),
    everyOurs(relayRoundMs, 'relay', () => relayOnce(ctx)),
    everyOurs(relayRoundMs, 'payments', () => settleDue(ctx)),
    everyOurs(purgeRoundMs, 'purge', () => ctx.store.purgeExpired(new Date(ctx.platform.now()))),
  ]
  return {
    async stop() {
      stopped = true
      await Promise.all(running)
      await tryTo('lease', () => lease.release())
    },
  }
}
