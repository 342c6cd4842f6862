import { type GrantId, HoldKey, principal, type SeatId } from '@holdfast/contract'
import fc from 'fast-check'
import type { ModelCall } from './model.ts'
import { expectReply, lateMs, nth, type Step, soonMs, step, stepOn, type World } from './model-step.ts'
import type { Sale } from './sale.ts'

const owners = [principal.pool('ann'), principal.guest('bob')] as const
const time = fc.constantFrom(soonMs, soonMs, lateMs)

async function ask({ model }: World, sale: Sale, call: ModelCall): Promise<void> {
  const { key, owner, operationId, ttlMs, seats, address } = call
  const client = { address, network: null, units: model.units, ownerShare: 4, isEnforced: true }
  const reply = await sale.hold(owner, seats, { key, operationId, ttlMs, client })
  const answer = model.ask(reply.nowMs, call)
  const isNew = (grantId: GrantId) => model.holds.every((each) => each.grantId !== grantId)
  if (answer.word === 'held' && reply.word === 'held' && isNew(reply.hold.grantId)) {
    model.grant(reply.nowMs, reply.hold.grantId, call)
  }
  expectReply(model, reply, answer)
}

const hold = (ids: readonly SeatId[]) =>
  fc
    .record({
      owner: fc.nat(1),
      address: fc.constantFrom('one', 'one', 'two'),
      key: fc.nat(9),
      operation: fc.nat(1),
      ttlMs: time,
      seats: fc.subarray([...ids], { minLength: 1, maxLength: 3 }),
    })
    .map(({ owner: which, address, key: number, operation, ttlMs, seats }) =>
      step(
        `hold(${which} at ${address} key ${number}.${operation} ${seats} for ${ttlMs} ms)`,
        (world, sale) => {
          const owner = owners[which] ?? owners[0]
          const key = HoldKey.parse(`${which}${number}`.padStart(22, 'k'))
          return ask(world, sale, { key, owner, operationId: `op${operation}`, ttlMs, seats, address })
        },
      ),
    )
const again = fc.tuple(nth, fc.nat(1)).map(([n, operation]) =>
  stepOn(`again.${operation}`, n, (world, sale, { key, owner, seats }) =>
    ask(world, sale, {
      key,
      owner,
      operationId: `op${operation}`,
      ttlMs: lateMs,
      // A phone comes again from wherever it is.
      address: 'three',
      seats: seats.map(({ id }) => id),
    }),
  ),
)

const extend = fc.tuple(nth, fc.nat(3)).map(([n, operation]) =>
  stepOn(`extend ${operation}`, n, async ({ model }, sale, held) => {
    const reply = await sale.inventory.extend(sale.event, held.grantId, held.owner, `x${operation}`, true)
    expectReply(model, reply, model.extend(reply.nowMs, held, `x${operation}`))
  }),
)
const pin = fc.tuple(nth, time).map(([n, leaseMs]) =>
  stepOn(`pin ${leaseMs} ms`, n, async ({ model }, sale, held) => {
    const reply = await sale.inventory.pin(sale.event, held.grantId, held.owner, leaseMs)
    expectReply(model, reply, model.pin(reply.nowMs, held, leaseMs))
  }),
)
const release = nth.map((n) =>
  stepOn('release', n, async ({ model }, sale, held) => {
    const reply = await sale.inventory.release(sale.event, held.grantId, held.owner)
    expectReply(model, reply, model.release(reply.nowMs, held))
  }),
)
const intrude = nth.map((n) =>
  stepOn('intrude', n, async ({ model }, sale, held) => {
    const other = owners.find((owner) => owner !== held.owner) ?? owners[0]
    const answer = { word: model.statusAt(0, held) === 'lost' ? 'lost' : 'not_found' }
    expectReply(model, await sale.inventory.pin(sale.event, held.grantId, other, lateMs), answer)
    expectReply(model, await sale.inventory.release(sale.event, held.grantId, other), answer)
  }),
)
const letTimePass = fc.constant(
  step('letTimePass', async ({ model }, sale) => {
    const { nowMs } = await sale.inventory.snapshot(sale.event)
    const ends = model.holds.map(({ until }) => until).filter((at) => at > nowMs && at <= nowMs + soonMs)
    if (ends.length > 0) await sale.reached(Math.min(...ends))
  }),
)

/** What buyers do over these seats, and that time passes. */
export function buyerSteps(ids: readonly SeatId[]): fc.Arbitrary<Step>[] {
  const holds = hold(ids)
  return [holds, holds, holds, pin, pin, extend, again, release, intrude, letTimePass, letTimePass]
}
