import type { SeatDoc } from '@holdfast/core/src/store/schema.ts'
import { keysOf } from '@holdfast/inventory'
import type { Complain } from './complaints.ts'
import type { World } from './world.ts'

/**
 * How long after its end a hold may still have an unsold seat: until every core has swept (20 s between two rounds, and a
 * round that meets a rebuild or an open transaction waits for it), and 15 s for the transaction of a core that died.
 */
const freeAgainMs = 60_000

/** I6: no hold is immortal. What it watches begins when it looks first: before, nobody may have been there to sweep. */
export function createFreedom(complain: Complain) {
  let firstMs: number | undefined
  return {
    look({ scheduler, store, redis, redisNow, ref }: World) {
      firstMs ??= scheduler.now()
      if (scheduler.now() - firstMs < freeAgainMs) return
      const { state } = keysOf(ref)
      for (const { seatId, state: sold } of store.docs('seats') as unknown as SeatDoc[]) {
        if (sold === 'BOOKED') continue
        const field = String(redis.run('HGET', state, `s:${seatId}`) ?? '')
        const [, , , word = '', , grant, until] = field.split('|')
        const isOver = (word === 'H' || word === 'C') && Number(until) + freeAgainMs < redisNow()
        if (isOver) complain('I6', `seat ${seatId} is not sold, and ${grant} still has it (${word})`)
      }
    },
  }
}
