import { describe, expect, test } from 'vitest'
import { cursorOf, pageOf, placeIn, toldCursor } from './cursor.ts'

const place = cursorOf(new Date('2026-11-23T12:00:00Z'), 'BK-20261123-AAAAAA')

describe('a cursor', () => {
  test('comes back as the place that was told', () => {
    expect(placeIn('bookings', toldCursor('bookings', place))).toBe(place)
    expect(placeIn('bookings', undefined)).toBeUndefined()
    const page = pageOf('bookings', [{ cursor: place }, { cursor: 'more' }], 1)
    expect(page.next).toEqual({ nextCursor: `${place}~bookings` })
  })

  test('of an older core, which does not say of which list it is, is taken where it can be of this one', () => {
    expect(placeIn('payments', place)).toBe(place)
    expect(placeIn('outbox', 'row-1~2')).toBe('row-1~2')
    expect(() => placeIn('users', 'theatre')).toThrow('invalid_request')
  })

  test('of another list is refused', () => {
    expect(() => placeIn('bookings', toldCursor('payments', place))).toThrow('invalid_request')
    expect(() => placeIn('events', toldCursor('users', place))).toThrow('invalid_request')
  })

  test('of events is an id, which may have the sign in it that others end with', () => {
    expect(placeIn('events', 'a~b')).toBe('a~b')
    expect(placeIn('events', 'users')).toBe('users')
  })
})
