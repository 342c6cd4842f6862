import {
  deliveryLeaseMs,
  deliveryRetryForMs,
  deliveryRetryMsMax,
  endpointPauseMsMax,
} from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { type OpenStore, worldsOn } from '../bookings/testing.ts'
import type { Store } from '../store/store.ts'
import { deliveryWorlds, verified } from './testing.ts'
import { workOffQueue } from './work-off-queue.ts'

const minute = 60_000
const day = 86_400_000

/** What becomes of a message that is in the queue of an endpoint. */
export function deliveriesSuite(open: OpenStore): void {
  const world = deliveryWorlds(worldsOn(open))

  describe('a message', () => {
    test('is signed so that a receiver’s library accepts it, and what is changed of it is refused', async () => {
      const w = await world()
      const { receiver, secret } = await w.hooks.open('shop')
      const { id } = await w.test('shop')
      await w.hooks.deliver()
      const [heard] = receiver.heard
      if (!heard) throw new Error('nothing was heard')
      expect(heard.id).toBe(id)
      expect(verified(heard, secret)).toEqual(heard.notice)
      expect(() => verified({ ...heard, body: `${heard.body} ` }, secret)).toThrow()
      const other = { ...heard, headers: { ...heard.headers, 'webhook-id': 'msg_other' } }
      expect(() => verified(other, secret)).toThrow()
      expect(() => verified(heard, `whsec_${btoa('x'.repeat(32))}`)).toThrow()
    })

    test('that is refused is tried again with the same id and body, signed anew, after growing pauses', async () => {
      const w = await world()
      const { receiver, secret } = await w.hooks.open('shop')
      receiver.say(500)
      const { id } = await w.test('shop')
      const pauses: number[] = []
      for (let attempt = 1; attempt <= 6; attempt++) {
        await w.hooks.deliver()
        const [delivery] = await w.hooks.log('shop')
        expect(delivery).toMatchObject({ id, status: 'pending', attempts: attempt, lastStatus: 500 })
        const from = Date.parse(delivery?.lastAttemptAt ?? '')
        const pause = Date.parse(delivery?.nextAttemptAt ?? '') - from
        pauses.push(pause)
        w.clock.pass(Math.max(pause, endpointPauseMsMax) + minute)
      }
      expect(pauses).toEqual(pauses.toSorted((a, b) => a - b))
      expect(pauses.at(-1)).toBeGreaterThan(10 * (pauses[0] ?? 0))
      expect(receiver.heard).toHaveLength(6)
      expect(new Set(receiver.heard.map((one) => one.id))).toEqual(new Set([id]))
      expect(new Set(receiver.heard.map((one) => one.body)).size).toBe(1)
      const signatures = receiver.heard.map(({ headers }) => headers['webhook-signature'])
      expect(new Set(signatures).size).toBe(6)
      receiver.say(200)
      await w.hooks.deliver()
      expect(await w.hooks.log('shop')).toMatchObject([{ status: 'delivered', attempts: 7, lastStatus: 200 }])
      expect((await w.hooks.read('shop')).failingSince).toBeNull()
      expect(receiver.heard[0] && verified(receiver.heard[0], secret)).toMatchObject({ type: 'webhook.test' })
    })

    test('is tried for three days, and then has failed', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      receiver.be(async () => ({ word: 'no_answer', why: 'not_connected' }))
      await w.test('shop')
      for (let waited = 0; waited < deliveryRetryForMs - deliveryRetryMsMax; waited += deliveryRetryMsMax) {
        await w.hooks.deliver()
        expect(await w.hooks.log('shop')).toMatchObject([{ status: 'pending', lastStatus: null }])
        w.clock.pass(deliveryRetryMsMax)
      }
      w.clock.pass(2 * deliveryRetryMsMax)
      await w.hooks.deliver()
      expect(await w.hooks.log('shop')).toMatchObject([{ status: 'failed', nextAttemptAt: null }])
      const tries = receiver.heard.length
      w.clock.pass(day)
      await w.hooks.deliver()
      expect(receiver.heard).toHaveLength(tries)
    })

    test.each([
      [301, 'pending'],
      [304, 'pending'],
      [404, 'pending'],
      [429, 'pending'],
      [200, 'delivered'],
      [202, 'delivered'],
    ])('that is answered %i is %s', async (status, outcome) => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      receiver.say(status)
      await w.test('shop')
      await w.hooks.deliver()
      expect(await w.hooks.log('shop')).toMatchObject([{ status: outcome, lastStatus: status }])
    })

    test('whose record is lost after it was sent is sent again, with the same id', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      await w.test('shop')
      const dying: Store = {
        ...w.core.store,
        async updateIf(appId, collection, filter, change) {
          const isRecord = collection === 'deliveries' && receiver.heard.length > 0
          if (isRecord) throw new Error('killed')
          return w.core.store.updateIf(appId, collection, filter, change)
        },
      }
      await w.hooks.deliver({ store: dying })
      expect(receiver.heard).toHaveLength(1)
      // While its sender may still be at it, nobody else is.
      await w.hooks.deliver()
      expect(receiver.heard).toHaveLength(1)
      w.clock.pass(deliveryLeaseMs)
      await w.hooks.deliver()
      expect(receiver.heard).toHaveLength(2)
      expect(receiver.heard[0]?.id).toBe(receiver.heard[1]?.id)
      expect(await w.hooks.log('shop')).toMatchObject([{ status: 'delivered' }])
    })

    test('is sent once by several cores at once', async () => {
      const w = await world()
      const { receiver, endpointId } = await w.hooks.open('shop')
      for (let n = 0; n < 20; n++) await w.test('shop')
      const key = { appId: w.appId, endpointId }
      for (let round = 0; round < 5; round++) {
        await Promise.all([1, 2, 3, 4].map(() => workOffQueue(w.hooks.delivering, key).catch(() => {})))
      }
      expect(receiver.heard).toHaveLength(20)
      expect(new Set(receiver.heard.map(({ id }) => id)).size).toBe(20)
    })

    test('I10: a message that comes while its queue is found empty is not left lying', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      await w.test('shop')
      let isLate = false
      const racing: Store = {
        ...w.core.store,
        async find(scope, collection, filter, options) {
          const found = await w.core.store.find(scope, collection, filter, options)
          if (collection === 'deliveries' && options.limit === 1 && !isLate) {
            isLate = true
            await w.test('shop')
          }
          return found
        },
      }
      await w.hooks.deliver({ store: racing })
      await w.hooks.deliver()
      expect(isLate).toBe(true)
      expect(receiver.heard).toHaveLength(2)
    })
  })
}
