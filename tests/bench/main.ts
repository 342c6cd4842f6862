/**
 * `npm run bench`: what a hold costs Redis, as commands and CPU of redis-server, and what an availability map costs
 * the wire. Ratios of one run on one machine; nothing here is a timed assertion.
 */
import { createInventory, type Inventory } from '@holdfast/inventory'
import { connectTcp, tcpRunner } from '@holdfast/inventory/tcp'
import { startRedis } from '../../edge/dev/redis/start.ts'
import { seeded } from '../rush/buyers.ts'
import { build, type Cost, costOf } from './hold-cost.ts'
import { sizesOf } from './map-size.ts'

const holdsPerSize = 4_000
const seatsPerEvent = 50_000

/** The map of an event that is half sold, at random. */
async function halfSold(inventory: Inventory): Promise<string> {
  const random = seeded(1)
  const ref = await build(inventory, 'half-sold', seatsPerEvent, () => random() < 0.5)
  const reply = await inventory.snapshot(ref)
  if (reply.word !== 'snapshot') throw new Error('the inventory is not built')
  return reply.map
}

async function main(): Promise<void> {
  const redis = await startRedis({ engine: 'server' })
  const client = connectTcp(redis.url ?? '')
  try {
    const inventory = createInventory(tcpRunner(client))
    const costs: Cost[] = []
    for (const seats of [1, 2, 4, 8]) {
      console.log(`holding ${seats} seats, ${holdsPerSize} times`)
      costs.push(
        await costOf(client, inventory, await build(inventory, `holds-of-${seats}`, seatsPerEvent), {
          seats,
          holdsPerSize,
        }),
      )
    }
    const base = costs[0]?.cpuMicroseconds ?? 1
    console.log(
      '\n| hold of | Redis CPU | against 1 seat | commands of one hold |\n| ---: | ---: | ---: | --- |',
    )
    for (const { seats, cpuMicroseconds, perHold } of costs) {
      const against = `${(cpuMicroseconds / base).toFixed(2)}x`
      console.log(`| ${seats} | ${cpuMicroseconds.toFixed(0)} µs | ${against} | ${perHold} |`)
    }
    console.log(`\n| ${seatsPerEvent} seats | map | naive JSON | ratio |\n| --- | ---: | ---: | ---: |`)
    for (const { name, map, json } of sizesOf(await halfSold(inventory))) {
      console.log(`| ${name} | ${map} | ${json} | 1/${Math.round(json / map)} |`)
    }
  } finally {
    client.disconnect()
    await redis.stop()
  }
}

await main()
