import { applySeatsPerBatch, driftAgainMs, driftEveryMs, driftPagesPerRound } from '@holdfast/contract'
import type { CheckReply, EventRef } from '@holdfast/inventory'
import type { Core } from '../context.ts'
import type { EventDoc, SeatDoc } from '../store/schema.ts'
import { createChecks } from './checks.ts'
import { endForgotten } from './end-forgotten.ts'
import { learnHolds } from './ledger.ts'
import { rebuildInventory } from './rebuild.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'rebuildWaitMs' | 'retention'>
type Checked = Extract<CheckReply, { word: 'checked' }>

/** The comparison of inventories with the store, event by event. */
export interface Drift {
  /** Compares the next pages of an event, if it is time: what differs is brought in line with the store. */
  look(event: EventDoc): Promise<void>
  /**
   * Has an event compared from its first seat on, as soon as it is looked at, and its live holds recorded, of which the
   * log may not tell any more.
   */
  hurry(event: EventRef): void
}

/** How far the comparison of one event has come. */
interface Pass {
  dueAtMs: number
  /** The index of the next seat; 0: it begins. */
  from: number
  map: string
  /** Whether live holds are recorded on the way. */
  readonly learns: boolean
  /** What the inventory lacked when it began. */
  lacks: readonly string[]
  differing: number
  /** Those of them that were sold and whose buyers' confirms are not settled yet: nothing was lost. */
  settling: number
}

const seatBytes = /^[FHCBX]$/

/** Whether the map says otherwise of a seat than the store does, beyond what a hold may make of it. */
const differs = (map: string, { index, state }: SeatDoc): boolean => {
  const byte = map.charAt(index)
  return !seatBytes.test(byte) || (byte === 'B') !== (state === 'BOOKED')
}

const lacksOf = ({ mapLength, hasDue, hasLog }: Checked, seatCount: number): string[] => [
  ...(mapLength < seatCount ? ['map'] : []),
  ...(hasDue ? [] : ['due']),
  ...(hasLog ? [] : ['log']),
]

/**
 * Compares inventories with the store, so that nothing that Redis lost, or was never told, stays so. A pass reads all
 * seats of an event in pages and applies them; what else of it is gone is made anew around the holds that are left. A
 * pass that found something is followed by another soon, until one finds nothing; what cannot be mended is built anew.
 * Where passes stand is known to this process only: another one begins with a pass of every event.
 */
export function createDrift(ctx: Context): Drift {
  const { store, inventory, platform, log } = ctx
  const passes = new Map<string, Pass>()
  const noteCheck = createChecks(ctx)
  const fresh = (dueAtMs: number, learns = false): Pass => ({
    ...{ dueAtMs, learns, from: 0, map: '', lacks: [], differing: 0, settling: 0 },
  })
  const keyOf = ({ appId, eventId }: EventRef) => `${appId}/${eventId}`

  /** False: there is no inventory to compare, which is the sweep's to find. */
  const begin = async (ref: EventRef, pass: Pass, seatCount: number): Promise<boolean> => {
    const [snapshot, checked] = [await inventory.snapshot(ref), await inventory.check(ref)]
    if (snapshot.word === 'not_ready' || checked.word === 'not_ready') return false
    pass.map = snapshot.map
    pass.lacks = lacksOf(checked, seatCount)
    pass.differing = 0
    pass.settling = 0
    return true
  }

  /** Counts what differs in the map as it is now: the pass has begun a while ago, and much was sold since. */
  const countDiffering = async (ref: EventRef, pass: Pass, page: readonly SeatDoc[]): Promise<number> => {
    if (!page.some((seat) => differs(pass.map, seat))) return 0
    const snapshot = await inventory.snapshot(ref)
    if (snapshot.word === 'snapshot') pass.map = snapshot.map
    const differing = page.filter((seat) => differs(pass.map, seat))
    pass.differing += differing.length
    pass.settling += differing.filter(({ index }) => pass.map.charAt(index) === 'C').length
    return differing.length
  }

  const comparePage = async (ref: EventRef, pass: Pass, page: readonly SeatDoc[], isLast: boolean) => {
    const differing = await countDiffering(ref, pass, page)
    await inventory.apply(ref, page)
    if (pass.learns && page.length > 0) await learnHolds(ctx, ref, page)
    if (differing === 0 && pass.lacks.length === 0) return
    const ids = page.map(({ seatId }) => seatId)
    await inventory.mend(ref, ids, isLast)
  }

  /** Ends what was forgotten; the event rests when its sale is over and nobody needs to look at anything of it any more. */
  const rest = async (event: EventDoc, { waiting, nowMs }: Checked) => {
    const isOver = event.sale === 'closed' || (event.offSaleAt !== null && event.offSaleAt.getTime() <= nowMs)
    const isEmpty = isOver && waiting === 0
    if (!(await endForgotten(ctx, event, isEmpty)) || !isEmpty) return
    const { appId, eventId, rev, epoch } = event
    const set = { restsSince: new Date(platform.now()) }
    const rests = await store.updateIf(appId, 'events', { eventId, rev, epoch }, { set })
    if (rests !== 1) return
    passes.delete(keyOf(event))
    log({ event: 'inventory_rests', appId, eventId })
  }

  const end = async (event: EventDoc, pass: Pass) => {
    const { appId, eventId, seatCount } = event
    const { differing, settling, lacks } = pass
    const isClean = differing === 0 && lacks.length === 0
    passes.set(keyOf(event), fresh(platform.now() + (isClean ? driftEveryMs : driftAgainMs)))
    const found = { seats: differing, settling, lacked: lacks }
    if (!isClean) log({ level: 'warn', event: 'drift_mended', appId, eventId, ...found })
    await noteCheck(event, pass)
    const checked = await inventory.check(event)
    if (checked.word === 'not_ready') return
    const left = lacksOf(checked, seatCount)
    if (left.length === 0) return isClean ? rest(event, checked) : undefined
    log({ level: 'error', event: 'drift_not_mended', appId, eventId, lacks: left })
    await rebuildInventory(ctx, { ...event, isBroken: true })
  }

  return {
    hurry: (event) => void passes.set(keyOf(event), fresh(0, true)),
    async look(event) {
      const { appId, eventId } = event
      const pass = passes.get(keyOf(event)) ?? fresh(0)
      passes.set(keyOf(event), pass)
      if (platform.now() < pass.dueAtMs) return
      if (pass.from === 0 && !(await begin(event, pass, event.seatCount))) return
      for (let pages = 0; pages < driftPagesPerRound; pages++) {
        const page = await store.find(
          appId,
          'seats',
          { eventId, index: { gte: pass.from } },
          { orderBy: 'index', limit: applySeatsPerBatch },
        )
        const isLast = page.length < applySeatsPerBatch
        await comparePage(event, pass, page, isLast)
        pass.from = (page.at(-1)?.index ?? pass.from) + 1
        if (isLast) return end(event, pass)
      }
    },
  }
}
