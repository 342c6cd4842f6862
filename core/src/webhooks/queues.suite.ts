import { endpointFailingMsMax, endpointPauseMsMax, failingEndpointsAtOnceMax } from '@holdfast/contract'
import { describe, expect, test, vi } from 'vitest'
import { type OpenStore, worldsOn } from '../bookings/testing.ts'
import { openLanes, startDelivering } from './deliver.ts'
import { endpointView } from './endpoint-view.ts'
import { putEndpoint } from './put-endpoint.ts'
import { replaySince } from './replay.ts'
import { sendTest } from './send-test.ts'
import type { Sent } from './sender.ts'
import { deliveryWorlds } from './testing.ts'

const minute = 60_000
const day = 86_400_000
/** Asked again and again until it is so; the time only ends what hangs. */
const waiting = { timeout: 120_000, interval: 5 }

/** What one endpoint costs the others, and what becomes of one that fails. */
export function queuesSuite(open: OpenStore): void {
  const world = deliveryWorlds(worldsOn(open))

  describe('one endpoint', () => {
    test('F31: that does not answer keeps no other waiting, with whatever is in its queue', async () => {
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
      await vi.waitFor(async () => {
        await lanes.begin()
        expect(well.receiver.heard).toHaveLength(2)
      }, waiting)
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
      await vi.waitFor(() => {
        expect([calls, receiver.heard.length]).toEqual([failingEndpointsAtOnceMax, 1])
      }, waiting)
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
      const view = endpointView(disabled, new Date(w.clock.platform.now()))
      expect([view.status, view.failingSince]).toEqual(['disabled', disabled.failingSince?.toISOString()])
      expect(view.failingSince).not.toBeNull()
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

    test('that refuses some messages and takes others is not one that fails', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      receiver.be(async () => ({ word: 'answered', status: receiver.heard.length % 2 === 0 ? 500 : 200 }))
      for (let waited = 0; waited <= endpointFailingMsMax + day; waited += day / 2) {
        await w.test('shop')
        await w.test('shop')
        await w.hooks.settle(endpointPauseMsMax)
        w.clock.pass(day / 2)
      }
      expect((await w.hooks.read('shop')).status).toBe('ACTIVE')
    })

    test('that pauses is called when its app tries it, or has moved it', async () => {
      const w = await world()
      const { receiver, endpointId } = await w.hooks.open('shop')
      receiver.say(500)
      for (let n = 0; n < 4; n++) {
        await w.test('shop')
        await w.hooks.deliver()
      }
      await w.hooks.deliver()
      expect((await w.hooks.read('shop')).failures).toBe(4)
      const calls = receiver.heard.length
      const moved = await w.hooks.open('moved')
      const input = { url: moved.url, events: ['booking.confirmed' as const] }
      await putEndpoint(w.core, { appId: w.appId, endpointId, input })
      w.clock.pass(minute)
      await w.hooks.deliver()
      expect(receiver.heard).toHaveLength(calls)
      expect(moved.receiver.heard).toHaveLength(4)
      expect(await w.hooks.read('shop')).toMatchObject({ failures: 0, failingSince: null })
    })

    test('of an app that the operator has shut is not called until the app is active again', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      await w.core.store.updateIf(w.appId, 'apps', {}, { set: { active: false } })
      await w.test('shop')
      await w.hooks.deliver()
      w.clock.pass(endpointPauseMsMax)
      await w.hooks.deliver()
      expect(receiver.heard).toEqual([])
      await w.core.store.updateIf(w.appId, 'apps', {}, { set: { active: true } })
      w.clock.pass(endpointPauseMsMax)
      await w.hooks.deliver()
      expect(receiver.heard).toHaveLength(1)
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

  test('a core that stops ends the calls that are under way, records them, and begins no other', async () => {
    const w = await world()
    const { receiver } = await w.hooks.open('shop')
    await w.test('shop')
    const [called, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<Sent>()]
    receiver.be(() => {
      called.resolve()
      return answered.promise
    })
    const { stop } = startDelivering(w.hooks.delivering)
    await called.promise
    const stopped = stop()
    await w.test('shop')
    answered.resolve({ word: 'answered', status: 200 })
    await stopped
    expect((await w.hooks.log('shop')).map(({ status }) => status).toSorted()).toEqual([
      'delivered',
      'pending',
    ])
    expect(receiver.heard).toHaveLength(1)
  })
}
