import { DeliveryId, endpointsPerAppMax, type Problem } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { confirm, type OpenStore, pinned, worldsOn } from '../bookings/testing.ts'
import { deleteEndpoint } from './delete-endpoint.ts'
import { endpointView } from './endpoint-view.ts'
import { putEndpoint } from './put-endpoint.ts'
import { listDeliveries, listEndpoints, readEndpoint } from './read-endpoints.ts'
import { replayDelivery, replaySince } from './replay.ts'
import { rotateSecret } from './rotate-secret.ts'
import { sendTest } from './send-test.ts'
import { createClock, endpointsOf, otherApp } from './testing.ts'

/** What an app does with its endpoints. */
export function endpointsSuite(open: OpenStore): void {
  const make = worldsOn(open)
  const world = async (areLocalWebhooksAllowed = false) => {
    const clock = createClock()
    const w = await make({ platform: clock.platform, areLocalWebhooksAllowed })
    return { ...w, hooks: endpointsOf(w.core, w.appId, clock) }
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (problem: Problem) => problem.code,
    )

  describe('an endpoint', () => {
    test('that is put again stays one, with its secret, which is shown once', async () => {
      const w = await world()
      const { secret } = await w.hooks.open('shop')
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
      const again = await w.hooks.open('shop', { events: ['hold.created', 'hold.created'] })
      expect(again.secret).toBe('')
      const stored = await w.hooks.read('shop')
      expect(stored).toMatchObject({ events: ['hold.created'], secrets: [{ text: secret }] })
      expect(JSON.stringify(endpointView(stored, new Date()))).not.toContain('whsec')
      expect(JSON.stringify(await listEndpoints(w.core, w.appId))).not.toContain('whsec')
    })

    test('that several callers put at once is one', async () => {
      const w = await world()
      const put = () =>
        putEndpoint(w.core, {
          appId: w.appId,
          endpointId: w.hooks.idOf('shop'),
          input: { url: 'https://shop.example/', events: ['booking.confirmed'] },
        })
      const replies = await Promise.all([put(), put(), put(), put()])
      expect(replies.filter(({ created }) => created)).toHaveLength(1)
      expect(replies.filter(({ endpoint }) => endpoint.secret !== undefined)).toHaveLength(1)
    })

    test('may not be one too many', async () => {
      const w = await world()
      for (let n = 0; n < endpointsPerAppMax; n++) await w.hooks.open(`shop-${n}`)
      await expect(w.hooks.open('more')).rejects.toMatchObject({ code: 'invalid_request' })
      await w.hooks.close('shop-0')
      expect((await w.hooks.open('more')).secret).not.toBe('')
    })

    test.each(['http://shop.example/', 'http://localhost:1/', 'https://169.254.169.254/', 'https://0x7f.1/'])(
      'may not be at %s',
      async (url) => {
        const w = await world()
        const input = { url, events: ['booking.confirmed' as const] }
        const put = putEndpoint(w.core, { appId: w.appId, endpointId: w.hooks.idOf('x'), input })
        await expect(put).rejects.toMatchObject({
          code: 'invalid_request',
          extras: { errors: [{ path: 'url' }] },
        })
      },
    )

    test('may be on this machine on a laptop', async () => {
      const w = await world(true)
      const input = { url: 'http://localhost:3000/hooks', events: ['booking.confirmed' as const] }
      const put = putEndpoint(w.core, { appId: w.appId, endpointId: w.hooks.idOf('x'), input })
      expect(await put).toMatchObject({ created: true })
    })

    test('that is deleted is told nothing more, and its log is gone', async () => {
      const w = await world()
      const { receiver } = await w.hooks.open('shop')
      await confirm(w, { n: 1, pin: pinned('A-1') })
      await w.hooks.settle()
      await sendTest(w.core, w.appId, w.hooks.idOf('shop'))
      await w.hooks.close('shop')
      await w.hooks.settle(60_000)
      expect(receiver.heard).toHaveLength(1)
      expect(await w.core.store.count(w.appId, 'deliveries', {})).toBe(0)
      expect(await codeOf(w.hooks.close('shop'))).toBe('not_found')
    })
  })

  describe('an endpoint of another app', () => {
    test('is as missing as one that never was, for everything that can be done with one', async () => {
      const w = await world()
      const { core, appId } = w
      const { endpointId } = await w.hooks.open('theirs', { app: otherApp })
      const { id } = await sendTest(core, otherApp, endpointId)
      const missing = w.hooks.idOf('nobodys')
      const since = new Date(0).toISOString()
      const actions = [
        (of: typeof endpointId) => readEndpoint(core.store, appId, of),
        (of: typeof endpointId) => listDeliveries(core, appId, of, { limit: 10 }),
        (of: typeof endpointId) => sendTest(core, appId, of),
        (of: typeof endpointId) =>
          rotateSecret(core, { appId, endpointId: of, request: { overlapSeconds: 0 } }),
        (of: typeof endpointId) => replayDelivery(core, { appId, endpointId: of, deliveryId: id }),
        (of: typeof endpointId) =>
          replaySince(core, { appId, endpointId: of, request: { since, only: 'all' } }),
        (of: typeof endpointId) => deleteEndpoint(core, appId, of),
      ]
      const before = await core.store.get(otherApp, 'endpoints', { endpointId })
      for (const action of actions) {
        expect([await codeOf(action(endpointId)), await codeOf(action(missing))]).toEqual([
          'not_found',
          'not_found',
        ])
      }
      expect(await core.store.get(otherApp, 'endpoints', { endpointId })).toEqual(before)
      expect(await w.hooks.log('theirs', otherApp)).toMatchObject([{ id, status: 'pending' }])
    })

    test('with the same id is another one, and hears nothing of this app', async () => {
      const w = await world()
      await w.hooks.open('main', { app: otherApp })
      const mine = await w.hooks.open('main')
      await confirm(w, { n: 1, pin: pinned('A-1') })
      await w.hooks.settle()
      expect(mine.receiver.heard).toHaveLength(1)
      expect(await w.hooks.log('main', otherApp)).toEqual([])
      const [delivery] = await w.hooks.log('main')
      const deliveryId = DeliveryId.parse(delivery?.id)
      const call = { appId: otherApp, endpointId: mine.endpointId, deliveryId }
      expect(await codeOf(replayDelivery(w.core, call))).toBe('not_found')
    })
  })

  test('the log comes in pages, newest first', async () => {
    const w = await world()
    const { endpointId } = await w.hooks.open('shop')
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.unshift((await sendTest(w.core, w.appId, endpointId)).id)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = { limit: 2, ...(cursor !== undefined && { cursor }) }
      const { deliveries, nextCursor } = await listDeliveries(w.core, w.appId, endpointId, page)
      seen.push(...deliveries.map(({ id }) => id))
      cursor = nextCursor
    } while (cursor !== undefined)
    expect(new Set(seen)).toEqual(new Set(ids))
    expect(seen).toHaveLength(5)
  })
}
