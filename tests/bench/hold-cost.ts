import { AppId, EventId, HoldKey, principal, SeatId } from '@holdfast/contract'
import type { EventRef, Inventory } from '@holdfast/inventory'
import type { Redis } from 'ioredis'

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

/** The name of a seat by its index. */
export const seatId = (index: number) => SeatId.parse(`S-${index}`)

/** An event of so many seats that is on sale. */
export async function build(
  inventory: Inventory,
  name: string,
  seatsPerEvent: number,
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

/** What one hold of so many seats costs Redis. */
export interface Cost {
  readonly seats: number
  readonly cpuMicroseconds: number
  readonly perHold: string
}

/** Holds of neighbours, each by another owner, so that every hold is granted. */
export async function costOf(
  client: Redis,
  inventory: Inventory,
  ref: EventRef,
  { seats, holdsPerSize }: { readonly seats: number; readonly holdsPerSize: number },
): Promise<Cost> {
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
