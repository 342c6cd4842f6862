import { AppId, addressShareUnitsMin, EventId, type GrantId, type SeatId } from '@holdfast/contract'
import type { Change } from '@holdfast/inventory'
import { expect, test } from 'vitest'
import { createAddressShares } from './address-shares.ts'

const event = { appId: AppId.parse('app'), eventId: EventId.parse('show') }
const change = (kind: Change['kind'], n: number, address: string | null = null, units = 1): Change => ({
  ...{ ver: n, kind, atMs: 0, owner: null, address, untilMs: 0, marks: [] },
  grantId: `hold_${n}` as GrantId,
  seats: Array.from({ length: units }, (_, at) => ({ id: `S-${at}` as SeatId, price: 0 })),
})
/** So many holds of one unit each, of this address. */
const held = (from: number, count: number, address: string | null) =>
  Array.from({ length: count }, (_, n) => change('hold', from + n, address))

test('the largest share is that of the address that holds most, of an event of which enough is held', () => {
  const shares = createAddressShares()
  expect(shares.largest()).toBe(0)
  shares.learn(event, held(0, addressShareUnitsMin - 1, 'proxy'))
  expect(shares.largest()).toBe(0)
  shares.learn(event, held(1_000, 1, 'proxy'))
  expect(shares.largest()).toBe(1)
  shares.learn(event, held(2_000, addressShareUnitsMin, 'home'))
  expect(shares.largest()).toBe(0.5)
  shares.learn({ ...event, eventId: EventId.parse('other') }, [
    change('hold', 1, 'hall', addressShareUnitsMin),
  ])
  expect(shares.largest()).toBe(1)
})

test('what has ended, whose address is not known, and what is gone with an inventory does not count', () => {
  const shares = createAddressShares()
  const all = addressShareUnitsMin
  shares.learn(event, [...held(0, 3 * all, 'proxy'), ...held(1_000, all, 'home'), ...held(2_000, all, null)])
  expect(shares.largest()).toBe(0.75)
  const ends = (['release', 'expire', 'apply'] as const).flatMap((kind, at) =>
    Array.from({ length: at < 2 ? all : 0 }, (_, n) => change(kind, at * all + n)),
  )
  shares.learn(event, ends)
  expect(shares.largest()).toBe(0.5)
  shares.learn(event, [{ ...change('publish', 1), grantId: null }])
  expect(shares.largest()).toBe(0)
})
