import {
  type AppId,
  type GrantId,
  type PaymentId,
  type Platform,
  pinLeaseMs,
  systemPlatform,
  totalOf,
} from '@holdfast/contract'
import { keysOf, reportOf } from '@holdfast/inventory'
import { base64url } from 'jose'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { cancelBooking } from '../../../core/src/bookings/cancel-booking.ts'
import { confirmHold } from '../../../core/src/bookings/confirm-hold.ts'
import type { Core } from '../../../core/src/context.ts'
import { relayOnce } from '../../../core/src/outbox/relay.ts'
import { hearProvider } from '../../../core/src/payments/hear-provider.ts'
import { orderPayment } from '../../../core/src/payments/order-payment.ts'
import type { ProviderEvent } from '../../../core/src/payments/provider.ts'
import { settleDue } from '../../../core/src/payments/settle-due.ts'
import { repairOnce } from '../../../core/src/reconcile/loop.ts'
import { owner } from '../../../core/src/testing.ts'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import { createBank } from '../../support/bank.ts'
import { agedMs } from '../inventory/age.ts'
import { repairWorld } from '../repair/world.ts'

/** Longer than a busy machine takes for a call, and less than the minute after which nobody waits any more. */
const callMs = 45_000

/** A core whose provider is a bank with books, and buyers who do what pages do. Core's clock can be put forward. */
export async function payWorld(redis: RunningRedis, overrides: Partial<Core> = {}, app?: AppId) {
  const bank = createBank()
  let aheadMs = 0
  const platform: Platform = { ...systemPlatform, now: () => systemPlatform.now() + aheadMs }
  const own = { platform, findProvider: () => bank.provider, ...overrides }
  const world = await repairWorld(redis, own, app)
  const { core, ref } = world
  const { appId, eventId } = ref
  await core.store.updateIf(appId, 'apps', {}, { set: { paymentProvider: 'stripe' } })

  const pay = {
    /** Orders the payment of a hold, as the edge does. */
    async order(n: number, grantId: GrantId) {
      const reply = await core.inventory.read(ref, grantId, owner(n))
      if (reply.word !== 'hold') throw new Error(`no hold to order: ${reply.word}`)
      const { seats, currency, untilMs } = reply.hold
      const command = { seats: [...seats], currency, untilMs, asked: {} }
      return orderPayment(core, { ...ref, grantId, owner: owner(n), kind: 'publishable', command })
    },
    /** Confirms with a payment, by a key of its own. */
    async confirm(n: number, grantId: GrantId, id: PaymentId, key = `key-${grantId}-${id}`) {
      const pin = await reportOf(core.inventory.pin(ref, grantId, owner(n), pinLeaseMs))
      const answer = await confirmHold(
        { ...core, poke: () => {} },
        {
          ...ref,
          grantId,
          owner: owner(n),
          kind: 'publishable',
          externalUser: undefined,
          requestId: 'req_1',
          fingerprint: `${grantId} ${id}`,
          command: { idempotencyKey: key, payment: { id }, pin },
          deadlineMs: core.platform.now() + callMs,
        },
      )
      return { status: answer.status, ...JSON.parse(answer.body) }
    },
    /** The app's server cancels everything, or these seats. */
    async cancel(bookingId: string, seats?: readonly string[], refund: 'full' | 'none' = 'full') {
      const request = { refund, ...(seats && { seats: seats as never }) }
      const asked = { appId, owner: null, kind: 'secret', bookingId, request } as const
      const idempotencyKey = `cancel-${bookingId}-${seats?.join() ?? 'all'}`
      const deadlineMs = core.platform.now() + callMs
      return cancelBooking(core, { ...asked, idempotencyKey, fingerprint: JSON.stringify(asked), deadlineMs })
    },
    /** Delivers what the bank tells, and leaves what follows from it undone. */
    async hearOnly(event: ProviderEvent) {
      const body = base64url.encode(new TextEncoder().encode(JSON.stringify({ event })))
      return hearProvider(core, {
        provider: 'stripe',
        account: 'default',
        headers: {},
        body,
      })
    },
    /** Delivers what the bank tells; what follows from it is done before this returns. */
    async hear(event: ProviderEvent) {
      const afterwards = await pay.hearOnly(event)
      await afterwards()
    },
    /** Lets repair work, once now and once after each of these pauses. */
    async settle(...pausesMs: number[]) {
      for (const pauseMs of [0, ...pausesMs]) {
        aheadMs += pauseMs
        await repairOnce(core)
        await relayOnce(core)
        while ((await settleDue(core)) > 0);
        await relayOnce(core)
      }
    },
    wait: (ms: number) => {
      aheadMs += ms
    },
    payment: (id: PaymentId) =>
      core.store.get(appId, 'payments', { provider: 'stripe', account: 'default', paymentId: id }),
    bookingOf: async (grantId: GrantId) =>
      (await core.store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 }))[0],
    bookings: () => core.store.find(appId, 'bookings', { eventId }, { limit: 10_000 }),
    refunds: () => core.store.find(appId, 'refunds', {}, { limit: 10_000 }),
  }

  /** I3 to the minor unit, and the books of the bank agree with ours. */
  const balance = async () => {
    const [bookings, payments, refunds, cancellations] = await Promise.all([
      pay.bookings(),
      core.store.find(appId, 'payments', {}, { limit: 10_000 }),
      pay.refunds(),
      core.store.find(appId, 'cancellations', {}, { limit: 10_000 }),
    ])
    const sum = (amounts: readonly number[]) => amounts.reduce((total, one) => total + one, 0)
    const captured = sum(payments.map((payment) => payment.captured))
    const refunded = sum(refunds.filter(({ state }) => state === 'DONE').map(({ amount }) => amount))
    const live = sum(
      bookings
        .filter(({ status, paymentStatus }) => status === 'CONFIRMED' && paymentStatus === 'SUCCESS')
        .map(({ seats, cancelled }) => totalOf(seats.filter(({ id }) => !cancelled.includes(id)))),
    )
    const retained = sum(cancellations.map((one) => one.retained))
    const open = payments.filter(({ dueAt }) => dueAt !== null).length
    const waiting = refunds.filter(({ state }) => state === 'PENDING').length
    return { captured, refunded, live, retained, open, waiting, bank: bank.books() }
  }

  const command = async (...parts: string[]): Promise<unknown> => {
    const headers = { authorization: `Bearer ${redis.restToken}` }
    const answer = await fetch(redis.restUrl, { method: 'POST', headers, body: JSON.stringify(parts) })
    return (await answer.json()).result
  }
  /** Holds a seat, and gives what makes Redis forget that, as a failover does that lost it. */
  const holdToLose = async (n: number, seat: string) => {
    const { state } = keysOf(ref)
    const before = String(await command('HGET', state, `s:${seat}`))
    const grant = await world.hold(n, [seat])
    const lose = async () => {
      await command('HSET', state, `s:${seat}`, before)
      await command('HDEL', state, `h:${grant.slice('hold_'.length).split('.')[0]}`)
    }
    return { grant, lose }
  }

  return { ...world, bank, pay, balance, holdToLose }
}
export type PayWorld = Awaited<ReturnType<typeof payWorld>>

/** Makes worlds on a Redis of this file, which are closed when their test ends. */
export function payWorlds(): (overrides?: Partial<Core>) => Promise<PayWorld> {
  let redis: RunningRedis
  const made: PayWorld[] = []
  beforeAll(async () => {
    redis = await startRedis({ engine: 'embedded' })
  })
  afterAll(() => redis.stop())
  afterEach(async () => {
    for (const { core } of made.splice(0)) await core.store.close()
  })
  return async (overrides = {}) => {
    const world = await payWorld(redis, overrides)
    made.push(world)
    return world
  }
}

/** Orders the payment of a hold, which is over before that is paid. */
export async function orderExpired(w: PayWorld, n: number, seats: readonly string[]) {
  const grant = await w.hold(n, seats, agedMs)
  const { id } = await w.pay.order(n, grant)
  await w.age(agedMs)
  expect(await w.core.inventory.read(w.ref, grant, owner(n))).toMatchObject({ hold: { status: 'expired' } })
  return { grant, id }
}

/** At rest: nothing is open, nothing is reserved, and the books balance. */
export async function expectBalanced(w: PayWorld): Promise<void> {
  const { captured, refunded, live, retained, open, waiting, bank } = await w.balance()
  expect({ open, waiting, reserved: bank.reserved }).toEqual({ open: 0, waiting: 0, reserved: 0 })
  expect(captured - refunded).toBe(live + retained)
  expect(bank).toMatchObject({ captured, refunded })
}
