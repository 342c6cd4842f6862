import { type AppId, EventId, type GrantId, HoldKey, type Principal, SeatId } from '@holdfast/contract'
import { createInventory, type EventRef, keysOf } from '@holdfast/inventory'
import { confirmHold } from '../../../core/src/bookings/confirm-hold.ts'
import type { Core } from '../../../core/src/context.ts'
import { applyEvent } from '../../../core/src/events/apply-event.ts'
import { owner, testCore } from '../../../core/src/testing.ts'
import type { RunningRedis } from '../../../edge/dev/redis/start.ts'
import { age } from '../inventory/age.ts'
import { restBench } from '../inventory/bench.ts'
import { until as eventually, patienceMs } from '../inventory/poll.ts'

let events = 0

/** One core with an inventory on a Redis, its event on sale with the seats. */
export async function repairWorld(redis: RunningRedis, overrides: Partial<Core> = {}, app?: AppId) {
  const { runner, command } = restBench({ url: redis.restUrl, token: redis.restToken })
  const inventory = createInventory(runner)
  events += 1
  const eventId = EventId.parse(`event-${events}`)
  const { core, appId } = await testCore({ inventory, ...overrides }, eventId, app)
  const ref = { appId, eventId }
  await applyEvent(core, ref)
  return {
    core,
    ref,
    hold: holds(core, ref),
    confirm: confirms(core, ref),
    command,
    /** Makes what Redis knows of the event so much older. */
    age: (ms: number) => age(command, keysOf(ref), ms),
  }
}
export type World = Awaited<ReturnType<typeof repairWorld>>

let calls = 0

const holds =
  (core: Core, ref: EventRef) =>
  async (n: number, seats: readonly string[], ttlMs?: number): Promise<GrantId> => {
    calls += 1
    const reply = await core.inventory.hold(ref, {
      holdKey: HoldKey.parse(String(calls).padStart(22, 'k')),
      owner: owner(n),
      operationId: `op-${calls}`,
      seats: seats.map((seat) => SeatId.parse(seat)),
      ...(ttlMs !== undefined && { ttlMs }),
    })
    if (reply.word !== 'held') throw new Error(`the hold was refused: ${reply.word}`)
    return reply.hold.grantId
  }

/** Pins and commits as edge and core do, without the poke that settles. */
const confirms =
  (core: Core, ref: EventRef) =>
  async (n: number, grantId: GrantId, { leaseMs = 60_000 }: { leaseMs?: number } = {}) => {
    const pin = await core.inventory.pin(ref, grantId, owner(n), leaseMs)
    return confirmPinned(core, ref, n, grantId, pin.word === 'pinned' ? pin.hold : null)
  }

/** Core's part of a confirm, after a pin that held or did not. */
export function confirmPinned(
  core: Core,
  ref: EventRef,
  n: number,
  grantId: GrantId,
  pinned: { seats: readonly { id: SeatId; price: number }[]; currency: string; untilMs: number } | null,
) {
  const who: Principal = owner(n)
  return confirmHold(
    { ...core, poke: () => {} },
    {
      ...ref,
      grantId,
      owner: who,
      kind: 'secret',
      externalUser: undefined,
      requestId: 'req_1',
      fingerprint: grantId,
      command: {
        idempotencyKey: `key-${grantId}`,
        payment: { id: `pay_${n}` as never },
        pin: pinned
          ? { word: 'pinned', seats: [...pinned.seats], currency: pinned.currency, until: pinned.untilMs }
          : { word: 'expired' },
      },
      deadlineMs: core.platform.now() + patienceMs,
    },
  )
}

/** The availability map as text, e.g. `FFHB`. */
export async function mapOf({ core, ref }: World): Promise<string> {
  const reply = await core.inventory.snapshot(ref)
  return reply.word === 'snapshot' ? reply.map : reply.word
}

/** The epoch of the inventory that is there; 0: there is none. */
export async function epochOf({ core, ref }: World): Promise<number> {
  const reply = await core.inventory.snapshot(ref)
  return reply.word === 'snapshot' ? reply.epoch : 0
}

/** Asks again and again until it is so; the failure says what was not. */
export const until = (isSo: () => Promise<boolean>, what: string): Promise<void> =>
  eventually(isSo).catch((error: unknown) => {
    throw new Error(`not so: ${what}`, { cause: error })
  })
