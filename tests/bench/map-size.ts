import { gzipSync } from 'node:zlib'
import { seatId } from './hold-cost.ts'

/** Bytes of a map and of a list of objects that says the same. */
export interface Size {
  readonly name: string
  readonly map: number
  readonly json: number
}

/** The map of an event against the list of objects that the predecessor TicketS sends. */
export function sizesOf(map: string): readonly Size[] {
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
  return [
    { name: 'bytes', map: map.length, json: json.length },
    { name: 'bytes, gzipped', map: gzipSync(map).length, json: gzipSync(json).length },
  ]
}
