import type { GrantId, SeatId } from '@holdfast/contract'
import type { SeatTruth } from '@holdfast/inventory'
import fc from 'fast-check'
import { expect } from 'vitest'
import { newBooking, strayGrant } from './fixtures.ts'
import { nth, type Step, step, stepOn, type World } from './model-step.ts'
import type { Sale } from './sale.ts'

async function tell({ model }: World, sale: Sale, truths: readonly SeatTruth[]): Promise<void> {
  const { nowMs } = await sale.apply(...truths)
  model.apply(nowMs, truths)
}

/** News may be told at once, later, never, or again. */
const book = fc.tuple(nth, fc.boolean()).map(([n, told]) =>
  stepOn(told ? 'book' : 'book untold', n, async (world, sale, held) => {
    const { store } = world
    if (!store.book(held, newBooking()) || !told) return
    await tell(world, sale, store.of(held.seats.map(({ id }) => id)))
  }),
)
const cancel = fc.tuple(nth, fc.boolean()).map(([n, told]) =>
  stepOn(told ? 'cancel' : 'cancel untold', n, async (world, sale, held) => {
    const freed = world.store.cancel(held)
    if (told && freed.length > 0) await tell(world, sale, world.store.of(freed))
  }),
)
const change = (ids: readonly SeatId[]) =>
  fc
    .record({
      id: fc.constantFrom(...ids),
      change: fc.oneof(fc.record({ blocked: fc.boolean() }), fc.record({ price: fc.nat(9_999) })),
      told: fc.boolean(),
    })
    .map(({ id, change, told }) =>
      step(`change(${id} ${JSON.stringify(change)}${told ? '' : ' untold'})`, async (world, sale) => {
        world.store.change(id, change)
        if (told) await tell(world, sale, world.store.of([id]))
      }),
    )
/** The store sells to a grant that this Redis has lost, or takes that sale back. */
const sellElsewhere = (ids: readonly SeatId[]) =>
  fc.constantFrom(...ids).map((id) =>
    step(`sellElsewhere(${id})`, async (world, sale) => {
      const [seat] = world.store.of([id])
      const known = world.model.holds.some(({ grantId }) => grantId === seat?.grantId)
      if (seat?.state === 'AVAILABLE') {
        world.store.change(id, { state: 'BOOKED', grantId: strayGrant(), bookingId: newBooking() })
      } else if (!known) world.store.change(id, { state: 'AVAILABLE', bookingId: null })
      await tell(world, sale, world.store.of([id]))
    }),
  )
const tellSome = (ids: readonly SeatId[]) =>
  fc
    .subarray([...ids], { minLength: 1 })
    .map((some) => step(`tell(${some})`, (world, sale) => tell(world, sale, world.store.of(some))))
const tellLate = fc.nat(99).map((n) =>
  step(
    `tellLate(${n})`,
    (world, sale) => tell(world, sale, world.store.told.slice(n % world.store.told.length).slice(0, 1)),
    ({ store }) => store.told.length > 0,
  ),
)

/** What core does of what is due. */
const sweep = fc.boolean().map((decide) =>
  step(decide ? 'sweep and decide' : 'sweep', async (world, sale) => {
    const { model, store } = world
    const reply = await sale.inventory.due(sale.event, 0, 50)
    if (reply.word !== 'due') throw new Error(reply.word)
    const due = model.due(reply.nowMs)
    const listed = (each: { grantId: GrantId; status: string }) => `${each.grantId} ${each.status}`
    expect(reply.holds.map(listed).toSorted()).toEqual(due.map(listed).toSorted())
    for (const each of due) {
      const judged = decide && each.status === 'confirming'
      if (judged && store.decideExpired(each) === 'CONFIRMED') {
        await tell(
          world,
          sale,
          store.truths().filter(({ grantId }) => grantId === each.grantId),
        )
        continue
      }
      const verdict = judged ? 'decided' : 'lapsed'
      const { nowMs } = await sale.sweep(verdict, each.grantId)
      model.sweep(nowMs, each, verdict)
    }
  }),
)
const rebuild = fc.constant(
  step('rebuild', async ({ model, store }, sale) => {
    const epoch = model.rebuild(store.truths())
    expect(await sale.build(epoch, store.truths())).toMatchObject({ word: 'published' })
  }),
)

/** What the store commits to these seats and tells of them, and how core keeps the inventory in line. */
export function keeperSteps(ids: readonly SeatId[]): fc.Arbitrary<Step>[] {
  return [book, sweep, sweep, cancel, change(ids), sellElsewhere(ids), tellSome(ids), tellLate, rebuild]
}
