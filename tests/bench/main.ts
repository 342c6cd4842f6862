/**
 * `npm run bench`: what a hold costs Redis, as commands and CPU of redis-server, and what an availability map costs
 * the wire. Ratios of one run on one machine; nothing here is a timed assertion.
 */
import { gzipSync } from 'node:zlib'
import { AppId, EventId, HoldKey, principal, SeatId } from '@holdfast/contract'
import { createInventory, type EventRef, type Inventory } from '@holdfast/inventory'
import { connectTcp, tcpRunner } from '@holdfast/inventory/tcp'
import type { Redis } from 'ioredis'
import { startRedis } from '../../edge/dev/redis/start.ts'
import { seeded } from '../rush/buyers.ts'

const holdsPerSize = 4_000
const seatsPerEvent = 50_000
const pageSize = 500
const settings = {
  rev: 1,
  sale: 'open',
  onSaleAtMs: 1,
  offSaleAtMs: 9_000_000_000_000,
  holdTtlMs: 600_000,
  holdLifetimeMs: 600_000,
  seatsHeldPerOwner: 100,
  holdsPerMinute: 30,
  lapsedHoldsPerOwner: 10,
  coolDownMs: 300_000,
  currency: 'EUR',
} as const

const seatId = (index: number) => SeatId.parse(`S-${index}`)

async function build(
  inventory: Inventory,
  name: string,
  isSold: () => boolean = () => false,
): Promise<EventRef> {
  const ref = { appId: AppId.parse('app_bench'), eventId: EventId.parse(name) }
  for (let from = 0; from < seatsPerEvent; from += pageSize) {
    const page = Array.from({ length: pageSize }, (_, i) => ({
      seatId: seatId(from + i),
      index: from + i,
      rev: 0,
      price: 4500,
      state: isSold() ? ('BOOKED' as const) : ('AVAILABLE' as const),
      blocked: false,
      grantId: null,
      bookingId: null,
    }))
    await inventory.load(ref, 1, page)
  }
  await inventory.publish(ref, 1, seatsPerEvent, settings)
  return ref
}

/** CPU seconds of the server's main thread, and commands by name, since the last reset. */
async function statsOf(client: Redis): Promise<{ cpuSeconds: number; commands: Map<string, number> }> {
  const cpu = await client.info('cpu')
  const seconds = [...cpu.matchAll(/used_cpu_(?:sys|user)_main_thread:([\d.]+)/g)].map(([, value]) =>
    Number(value),
  )
  const stats = await client.info('commandstats')
  const commands = [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)]
  return {
    cpuSeconds: seconds.reduce((sum, one) => sum + one, 0),
    commands: new Map(commands.map(([, name = '', calls]) => [name, Number(calls)])),
  }
}

interface Cost {
  readonly seats: number
  readonly cpuMicroseconds: number
  readonly perHold: string
}

/** Holds of neighbours, each by another owner, so that every hold is granted. */
async function costOf(client: Redis, inventory: Inventory, ref: EventRef, seats: number): Promise<Cost> {
  const hold = (n: number) =>
    inventory.hold(ref, {
      holdKey: HoldKey.parse(`${seats}x${n}`.padEnd(22, 'k')),
      owner: principal.guest(`g${n}`),
      operationId: `op_${n}`,
      seats: Array.from({ length: seats }, (_, i) => seatId(n * seats + i)),
    })
  await hold(0)
  await client.config('RESETSTAT')
  const before = await statsOf(client)
  for (let n = 1; n <= holdsPerSize; n++) {
    const { word } = await hold(n)
    if (word !== 'held') throw new Error(`a hold of the bench was refused: ${word}`)
  }
  const after = await statsOf(client)
  const inside = ['hmget', 'hset', 'setrange', 'zadd', 'xadd', 'time', 'evalsha']
  const perHold = inside.map(
    (name) => `${name} ${((after.commands.get(name) ?? 0) / holdsPerSize).toFixed(1)}`,
  )
  const cpuMicroseconds = ((after.cpuSeconds - before.cpuSeconds) / holdsPerSize) * 1e6
  return { seats, cpuMicroseconds, perHold: perHold.join(', ') }
}

/** The map of an event, half sold at random, against the list of objects that the predecessor TicketS sends. */
async function wireOf(inventory: Inventory) {
  const random = seeded(1)
  const ref = await build(inventory, 'half-sold', () => random() < 0.5)
  const reply = await inventory.snapshot(ref)
  if (reply.word !== 'snapshot') throw new Error('the inventory is not built')
  const { map } = reply
  const seats = [...map].map((byte, i) => ({
    id: seatId(i),
    row: `R${Math.floor(i / 50)}`,
    number: i % 50,
    tier: 'standard',
    price: 4500,
    state: byte === 'F' ? 'available' : 'booked',
    lockedBy: null,
    ttl: null,
  }))
  const json = JSON.stringify({ seats })
  const row = (name: string, a: number, b: number) => `| ${name} | ${a} | ${b} | 1/${Math.round(b / a)} |`
  return [
    row('bytes', map.length, json.length),
    row('bytes, gzipped', gzipSync(map).length, gzipSync(json).length),
  ]
}

async function main(): Promise<void> {
  const redis = await startRedis({ engine: 'server' })
  const client = connectTcp(redis.url ?? '')
  try {
    const inventory = createInventory(tcpRunner(client))
    const costs: Cost[] = []
    for (const seats of [1, 2, 4, 8]) {
      console.log(`holding ${seats} seats, ${holdsPerSize} times`)
      costs.push(await costOf(client, inventory, await build(inventory, `holds-of-${seats}`), seats))
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
    for (const line of await wireOf(inventory)) console.log(line)
  } finally {
    client.disconnect()
    await redis.stop()
  }
}

await main()
