import { createInventory } from '@holdfast/inventory'
import { connectTcp, tcpRunner } from '@holdfast/inventory/tcp'
import { describe, expect, test } from 'vitest'
import { startRedis } from '../../../edge/dev/redis/start.ts'
import { build, costOf } from '../../bench/hold-cost.ts'
import { sizesOf } from '../../bench/map-size.ts'
import { seeded } from '../../rush/buyers.ts'
import { tell } from '../../support/figures.ts'
import { redisEngines } from '../../support/requirements.ts'

const holdsPerSize = 500
const seatsPerEvent = 5_000
const seatsPerMap = 50_000

describe.each(redisEngines.filter((engine) => engine === 'server'))('what a hold costs the %s', (engine) => {
  test('is for eight seats at most three times what it is for one, in CPU', async ({ task }) => {
    const redis = await startRedis({ engine })
    const client = connectTcp(redis.url ?? '')
    try {
      const inventory = createInventory(tcpRunner(client))
      const cpuOf = async (seats: number) => {
        const ref = await build(inventory, `holds-of-${seats}`, seatsPerEvent)
        return (await costOf(client, inventory, ref, { seats, holdsPerSize })).cpuMicroseconds
      }
      const [one, eight] = [await cpuOf(1), await cpuOf(8)]
      const ratio = eight / one
      expect(ratio).toBeLessThanOrEqual(3)
      tell(
        task,
        'CPU of Redis, 8 seats against 1',
        `${ratio.toFixed(2)} times, of ${holdsPerSize} holds each`,
      )
    } finally {
      client.disconnect()
      await redis.stop()
    }
  })
})

test('a map is far smaller than a list of objects, raw and compressed', ({ task }) => {
  const random = seeded(1)
  const [raw, packed] = sizesOf(
    Array.from({ length: seatsPerMap }, () => (random() < 0.5 ? 'B' : 'F')).join(''),
  )
  if (!raw || !packed) throw new Error('no sizes')
  expect(raw.json / raw.map).toBeGreaterThanOrEqual(40)
  expect(packed.json / packed.map).toBeGreaterThanOrEqual(10)
  const show = ({ map, json }: typeof raw) => `${map} of ${json} bytes (1/${Math.floor(json / map)})`
  tell(task, 'map of 50,000 seats against naive JSON', `raw ${show(raw)}, gzipped ${show(packed)}`)
})
