import { seatBytes } from '@holdfast/contract'
import { expect } from 'vitest'
import type { Sale } from './sale.ts'

const byteOfState: Record<string, string> = {
  F: seatBytes.free,
  H: seatBytes.held,
  C: seatBytes.confirming,
  B: seatBytes.booked,
}

/** The map that the seats of the state add up to, byte by byte. */
function mapOfSeats(state: Record<string, string>): string {
  const bytes: string[] = []
  for (const [field, value] of Object.entries(state)) {
    if (!field.startsWith('s:')) continue
    const [index, , , letter = '', blocked] = value.split('|')
    bytes[Number(index)] =
      letter === 'F' && blocked === '1' ? seatBytes.blocked : (byteOfState[letter] ?? '?')
  }
  return Array.from(bytes, (byte) => byte ?? '\0').join('')
}

/** Fails unless the availability map says of every seat what the seat says itself. */
export async function expectMapOfSeats(sale: Sale): Promise<void> {
  const { [sale.keys.state]: state, [sale.keys.map]: map } = await sale.dump()
  expect(map ?? '').toBe(mapOfSeats(state as Record<string, string>))
}
