import { BookingId, type Platform } from '@holdfast/contract'

/** Without I, L, O and U: read aloud and typed back without mistakes. 32 letters, so a byte maps without bias. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A new booking id, `BK-YYYYMMDD-XXXXXX` in UTC. Short, so it may repeat: the store's unique key decides. */
export function newBookingId({ now, random }: Pick<Platform, 'now' | 'random'>): BookingId {
  const day = new Date(now()).toISOString().slice(0, 10).replaceAll('-', '')
  const tail = [...random(6)].map((byte) => letters.charAt(byte % letters.length)).join('')
  return BookingId.parse(`BK-${day}-${tail}`)
}
