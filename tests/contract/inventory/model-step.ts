import type { SeatId } from '@holdfast/contract'
import type { Hold } from '@holdfast/inventory'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Answer, Model, ModelHold } from './model.ts'
import type { ModelStore } from './model-store.ts'
import type { Sale } from './sale.ts'

/** What the real inventory is compared with. */
export interface World {
  readonly model: Model
  readonly store: ModelStore
}
export type Step = fc.AsyncCommand<World, Sale>
type Run = (world: World, sale: Sale) => Promise<void>

/** A time that tests can wait for, and one that never comes. */
export const [soonMs, lateMs] = [40, 60_000]
/** Which of the latest holds; most often the newest. */
export const nth = fc.oneof(fc.constant(0), fc.nat(7))

/** One step; after it, the inventory and the model must agree. */
export const step = (
  name: string,
  run: Run,
  check: (world: Readonly<World>) => boolean = () => true,
): Step => ({
  check,
  toString: () => name,
  async run(world, sale) {
    await run(world, sale)
    await expectAgreement(world, sale)
  },
})

/** A step with one of the latest holds. */
export const stepOn = (
  name: string,
  n: number,
  run: (world: World, sale: Sale, hold: ModelHold) => Promise<void>,
) =>
  step(
    `${name}(${n})`,
    async (world, sale) => {
      const hold = world.model.holds.at(-1 - (n % Math.min(8, world.model.holds.length)))
      if (hold) await run(world, sale, hold)
    },
    ({ model }) => model.holds.length > 0,
  )

const viewOf = (model: Model, now: number, hold: ModelHold) => ({
  grantId: hold.grantId,
  owner: hold.owner,
  status: model.statusAt(now, hold),
  seats: hold.seats,
  currency: 'EUR',
  createdAtMs: hold.createdAt,
  untilMs: hold.until,
  bookingId: hold.bookingId,
})

interface Reply {
  readonly word: string
  readonly nowMs: number
  readonly hold?: Hold
  readonly seats?: readonly SeatId[]
  readonly againAtMs?: number
  readonly scope?: string
  readonly limit?: number | null
}

/** The reply says what the model says, of the hold too. */
export function expectReply(model: Model, reply: Reply, answer: Answer): void {
  const { word, nowMs, hold, seats, againAtMs, scope, limit } = reply
  const nothing = { seats: undefined, againAtMs: undefined, scope: undefined, limit: undefined }
  expect({ word, seats, againAtMs, scope, limit }).toEqual({ ...nothing, ...answer })
  const expected = hold && model.holds.find(({ grantId }) => grantId === hold.grantId)
  if (hold && !expected) throw new Error(`the model does not know ${hold.grantId}`)
  if (expected) expect(hold).toEqual(viewOf(model, nowMs, expected))
}

/** Every seat and every hold is what the model says, and no seat has two holders. */
async function expectAgreement({ model, store }: World, sale: Sale): Promise<void> {
  const snapshot = await sale.inventory.snapshot(sale.event)
  expect(snapshot).toMatchObject({ word: 'snapshot', map: model.map() })
  for (const { seatId } of store.truths()) {
    expect(model.holdersOf(snapshot.nowMs, seatId).length).toBeLessThanOrEqual(1)
  }
  const agree = async (hold: ModelHold) => {
    const reply = await sale.inventory.read(sale.event, hold.grantId, hold.owner)
    const word = model.statusAt(reply.nowMs, hold) === 'lost' ? 'lost' : 'hold'
    expectReply(model, reply, { word })
  }
  await Promise.all(model.holds.slice(-8).map(agree))
}
