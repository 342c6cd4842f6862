import {
  deliveryLeaseMs,
  deliveryRetryForMs,
  deliveryRetryMsMax,
  endpointFailingMsMax,
  endpointPauseMsMax,
  failingEndpointsAtOnceMax,
} from '@holdfast/contract'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { type OpenStore, worldsOn } from '../bookings/testing.ts'
import type { Store } from '../store/store.ts'
import { openLanes } from './deliver.ts'
import { replayDelivery, replaySince } from './replay.ts'
import { rotateSecret } from './rotate-secret.ts'
import { sendTest } from './send-test.ts'
import type { Sent } from './sender.ts'
import { createClock, endpointsOf, type Heard } from './testing.ts'
import { workOffQueue } from './work-off-queue.ts'

const minute = 60_000
const day = 86_400_000

/** What becomes of a message that is in the queue of an endpoint. */
export function deliveriesSuite(open: OpenStore): void {
  const make = worldsOn(open)
  const world = async () => {
    const clock = createClock()
    const w = await make({ platform: clock.platform })
    const hooks = endpointsOf(w.core, w.appId, clock)
    const test = (name: string) => sendTest(w.core, w.appId, hooks.idOf(name))
    return { ...w, clock, hooks, test }
  }
  const verified = ({ body, headers }: Heard, secret: string) => new Webhook(secret).verify(body, headers)

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

    test('that comes while its queue is found empty is not left lying', async () => {
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

  describe('one endpoint', () => {
    test('that does not answer keeps no other waiting, with whatever is in its queue', async () => {
      const w = await world()
      const [broken, well] = [await w.hooks.open('broken'), await w.hooks.open('well')]
      const released = Promise.withResolvers<Sent>()
      broken.receiver.be(() => released.promise)
      for (let n = 0; n < 30; n++) await w.test('broken')
      await w.test('well')
      const lanes = openLanes(w.hooks.delivering)
      await lanes.begin()
      const { promise: heard, resolve } = Promise.withResolvers<void>()
      well.receiver.be(async () => {
        resolve()
        return { word: 'answered', status: 204 }
      })
      await heard
      // The broken one is still being called, and the well one is called again meanwhile.
      await w.test('well')
      while (well.receiver.heard.length < 2) {
        await lanes.begin()
        await w.core.platform.sleep(5)
      }
      released.resolve({ word: 'no_answer', why: 'late' })
      await lanes.ended()
      expect(await w.hooks.log('well')).toMatchObject([{ status: 'delivered' }, { status: 'delivered' }])
    })

    test('that fails is called once a pause, which grows, however much waits for it', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      receiver.say(503)
      for (let n = 0; n < 30; n++) await w.test('shop')
      await w.hooks.deliver()
      const first = receiver.heard.length
      expect(first).toBeLessThan(10)
      await w.hooks.deliver()
      expect(receiver.heard).toHaveLength(first)
      w.clock.pass(endpointPauseMsMax)
      await w.hooks.deliver()
      expect(receiver.heard).toHaveLength(first + 1)
      await w.hooks.deliver()
      expect(receiver.heard).toHaveLength(first + 1)
      receiver.say(204)
      w.clock.pass(endpointPauseMsMax)
      await w.hooks.deliver()
      expect(new Set((await w.hooks.log('shop')).map(({ status }) => status))).toEqual(new Set(['delivered']))
    })

    test('gets its turn beside more failing ones than are called at once', async () => {
      const w = await world()
      const { core, appId } = w
      const { receiver, endpointId } = await w.hooks.open('well')
      const well = await core.store.get(appId, 'endpoints', { endpointId })
      if (!well) throw new Error('there is none')
      const failing = Array.from({ length: failingEndpointsAtOnceMax + 5 }, (_, n) => ({
        ...well,
        endpointId: w.hooks.idOf(`failing-${n}`),
        url: `https://failing-${n}.example/`,
        failures: 3,
        dueAt: new Date(0),
      }))
      await core.store.insert(appId, 'endpoints', failing)
      for (const { endpointId: id } of failing) await sendTest(core, appId, id)
      await w.test('well')
      const stuck = Promise.withResolvers<Sent>()
      let calls = 0
      const lanes = openLanes({
        ...w.hooks.delivering,
        send: (call) => {
          if (call.url === well.url) return w.hooks.delivering.send(call)
          calls += 1
          return stuck.promise
        },
      })
      await lanes.begin()
      while (calls < failingEndpointsAtOnceMax || receiver.heard.length < 1) await core.platform.sleep(5)
      await lanes.begin()
      expect(calls).toBe(failingEndpointsAtOnceMax)
      stuck.resolve({ word: 'no_answer', why: 'late' })
      await lanes.ended()
    })

    test('that only fails for days is disabled, and told so; what happens then is kept for a replay', async () => {
      const w = await world()
      const { receiver, url, endpointId } = await w.hooks.open('shop')
      receiver.say(500)
      for (let waited = 0; waited <= endpointFailingMsMax; waited += day / 2) {
        await w.test('shop')
        await w.hooks.deliver()
        w.clock.pass(day / 2)
      }
      await w.hooks.deliver()
      const disabled = await w.hooks.read('shop')
      expect(disabled).toMatchObject({ status: 'DISABLED', dueAt: null })
      expect(disabled.failingSince).not.toBeNull()
      const calls = receiver.heard.length
      w.clock.pass(day)
      await w.hooks.deliver()
      expect(receiver.heard).toHaveLength(calls)

      receiver.say(204)
      expect((await w.hooks.open('shop')).url).toBe(url)
      expect((await w.hooks.read('shop')).status).toBe('DISABLED')
      await w.hooks.open('shop', { active: true })
      const request = { since: new Date(0).toISOString(), only: 'failed' } as const
      await replaySince(w.core, { appId: w.appId, endpointId, request })
      await w.hooks.settle(minute, minute)
      expect(new Set((await w.hooks.log('shop')).map(({ status }) => status))).toEqual(new Set(['delivered']))
      expect(await w.hooks.read('shop')).toMatchObject({ status: 'ACTIVE', failures: 0, failingSince: null })
    })

    test('that says it is gone is disabled at once', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      receiver.say(410)
      await w.test('shop')
      await w.hooks.deliver()
      expect((await w.hooks.read('shop')).status).toBe('DISABLED')
    })
  })

  describe('a rotation', () => {
    test('has both secrets sign until its overlap is over, then only the new one', async () => {
      const w = await world()
      const { receiver, secret, endpointId } = await w.hooks.open('shop')
      const request = { overlapSeconds: 60 }
      const { secret: next } = await rotateSecret(w.core, { appId: w.appId, endpointId, request })
      await w.test('shop')
      await w.hooks.deliver()
      w.clock.pass(minute)
      await w.test('shop')
      await w.hooks.deliver()
      const [during, after] = receiver.heard
      if (!during || !after) throw new Error('not everything was heard')
      expect(during.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
      for (const good of [secret, next]) expect(verified(during, good)).toEqual(during.notice)
      expect(after.headers['webhook-signature']).toMatch(/^v1,\S+$/)
      expect(verified(after, next)).toEqual(after.notice)
      expect(() => verified(after, secret)).toThrow()
    })

    test('whose answer was lost is made again, and the receiver’s secret still signs', async () => {
      const w = await world()
      const { receiver, secret, endpointId } = await w.hooks.open('shop')
      const rotate = (overlapSeconds: number) =>
        rotateSecret(w.core, { appId: w.appId, endpointId, request: { overlapSeconds } })
      await rotate(60)
      const { secret: newest } = await rotate(3_600)
      await w.test('shop')
      await w.hooks.deliver()
      const [heard] = receiver.heard
      if (!heard) throw new Error('nothing was heard')
      for (const good of [secret, newest]) expect(verified(heard, good)).toEqual(heard.notice)
      expect(heard.headers['webhook-signature']?.split(' ')).toHaveLength(3)
      await rotate(0)
      expect((await w.hooks.read('shop')).secrets).toHaveLength(1)
    })
  })

  describe('a replay', () => {
    test('sends a message again with its id and body, whatever became of it', async () => {
      const w = await world()
      const { receiver, endpointId } = await w.hooks.open('shop')
      const { id } = await w.test('shop')
      await w.hooks.deliver()
      const key = { appId: w.appId, endpointId, deliveryId: id }
      expect(await replayDelivery(w.core, key)).toMatchObject({ id, status: 'pending', attempts: 0 })
      await w.hooks.deliver()
      expect(receiver.heard.map((one) => one.id)).toEqual([id, id])
      expect(receiver.heard[0]?.body).toBe(receiver.heard[1]?.body)
    })

    test('of a time sends what was told in it: what failed, or all', async () => {
      const w = await world()
      const { receiver, endpointId } = await w.hooks.open('shop')
      const at = () => new Date(w.core.platform.now()).toISOString()
      const ids: string[] = []
      const times: string[] = []
      for (let n = 0; n < 3; n++) {
        times.push(at())
        ids.push((await w.test('shop')).id)
        await w.hooks.deliver()
        w.clock.pass(minute)
      }
      const again = async (request: { since: string; until?: string; only: 'failed' | 'all' }) => {
        receiver.heard.length = 0
        const reply = await replaySince(w.core, { appId: w.appId, endpointId, request })
        await w.hooks.deliver()
        return [reply.replayed, receiver.heard.map(({ id }) => id).toSorted()]
      }
      const [, second = '', third = ''] = times
      expect(await again({ since: second, only: 'failed' })).toEqual([0, []])
      expect(await again({ since: second, only: 'all' })).toEqual([2, ids.slice(1).toSorted()])
      expect(await again({ since: second, until: third, only: 'all' })).toEqual([1, [ids[1]]])
    })

    test('that comes while a message is being sent has it sent once more', async () => {
      const w = await world()
      const { receiver, endpointId } = await w.hooks.open('shop')
      const { id } = await w.test('shop')
      receiver.be(async () => {
        receiver.say(204)
        await replayDelivery(w.core, { appId: w.appId, endpointId, deliveryId: id })
        return { word: 'answered', status: 204 }
      })
      await w.hooks.settle(minute)
      expect(receiver.heard.map((one) => one.id)).toEqual([id, id])
      expect(await w.hooks.log('shop')).toMatchObject([{ status: 'delivered', attempts: 1 }])
    })
  })
}
