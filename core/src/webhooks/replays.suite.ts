import { describe, expect, test } from 'vitest'
import { type OpenStore, worldsOn } from '../bookings/testing.ts'
import { replayDelivery, replaySince } from './replay.ts'
import { rotateSecret } from './rotate-secret.ts'
import { deliveryWorlds, verified } from './testing.ts'

const minute = 60_000

/** What a rotation of secrets and a replay of messages do. */
export function replaysSuite(open: OpenStore): void {
  const world = deliveryWorlds(worldsOn(open))

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
