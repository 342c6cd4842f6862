import type { Core } from '../context.ts'
import { relayOnce } from '../outbox/relay.ts'
import type { Settling } from '../payments/book-paid.ts'
import { settleDue } from '../payments/settle-due.ts'
import { everyApp } from '../store/store.ts'
import { tailLedger } from './ledger.ts'
import { sweepEvent } from './sweep.ts'

/** Pause between two rounds over all events. */
const roundMs = 1_000
/** Pause between two looks at the outbox, and at the payments. */
const relayMs = 500
/** Pause between two clean-ups of documents whose time is over. */
const purgeMs = 60_000
const eventsMax = 10_000
const eventsAtOnce = 4

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'rebuildWaitMs'>

/** One round of repair over every event that has seats: sweep, then ledger. A fault of one event stays its own. */
export async function repairOnce(ctx: Context): Promise<void> {
  const events = await ctx.store.find(everyApp, 'events', { seatCount: { gt: 0 } }, { limit: eventsMax })
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
  await Promise.all(Array.from({ length: eventsAtOnce }, worker))
}

/** Starts the background work of core. `stop` resolves when nothing of it runs any more. */
export function startRepair(ctx: Context & Settling): { stop(): Promise<void> } {
  let stopped = false
  const every = async (pauseMs: number, name: string, work: () => Promise<unknown>) => {
    while (!stopped) {
      await work().catch((error: unknown) =>
        ctx.log({ event: `${name}_failed`, fault: error instanceof Error ? error.name : 'unknown' }),
      )
      for (let waited = 0; waited < pauseMs && !stopped; waited += 100) await ctx.platform.sleep(100)
    }
  }
  const running = [
    every(roundMs, 'repair', () => repairOnce(ctx)),
    every(relayMs, 'relay', () => relayOnce(ctx)),
    every(relayMs, 'payments', () => settleDue(ctx)),
    every(purgeMs, 'purge', () => ctx.store.purgeExpired(new Date(ctx.platform.now()))),
  ]
  return {
    async stop() {
      stopped = true
      await Promise.all(running)
    },
  }
}
