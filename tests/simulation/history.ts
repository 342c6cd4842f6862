import { retentionDefault } from '@holdfast/core/src/retention.ts'
import type { EventRef } from '@holdfast/inventory'
import { keysOf } from '@holdfast/inventory'
import { createBank } from '../support/bank.ts'
import { createAuditor } from './auditor.ts'
import type { Told } from './client.ts'
import { createMemoryRedis } from './redis.ts'
import { createSometimes } from './sometimes.ts'
import type { Doc } from './store/docs.ts'
import type { World } from './world.ts'

export const [startMs, ttlMs] = [1_000_000, 40_000]
export const ref = { appId: 'app_1', eventId: 'theatre' } as EventRef
export const [one, two] = ['hold_k1.1.2', 'hold_k2.1.3']

/** What came over the wires of a world that never was, told to an auditor line by line. */
export function createHistory() {
  let nowMs = startMs
  const docs: Record<string, Doc[]> = {}
  const redis = createMemoryRedis(() => nowMs)
  const auditor = createAuditor(createSometimes())
  auditor.watch({
    scheduler: { now: () => nowMs, note: () => {} },
    store: { docs: (name: string) => docs[name] ?? [] },
    redis,
    redisNow: () => nowMs,
    ref,
    bank: createBank(),
    retention: retentionDefault,
  } as unknown as World)

  const holdReply = (word: string, grant: string, seats: string) => [
    ...[word, grant, 'ann', 'held', String(nowMs), String(nowMs + ttlMs), '', 'EUR', seats, String(nowMs)],
  ]
  return {
    auditor,
    wait: (ms: number) => {
      nowMs += ms
    },
    /** One commit that writes these documents; a second version of one takes the place of the first. */
    commit(...written: (readonly [collection: string, after: Doc | undefined, before?: Doc])[]) {
      for (const [collection, after, before] of written) {
        const others = (docs[collection] ?? []).filter((doc) => doc !== before)
        docs[collection] = after ? [...others, after] : others
      }
      auditor.committed(
        written.map(([collection, after, before]) => ({ collection: collection as never, before, after })),
      )
    },
    /** Redis says that of a seat, in both places. */
    redisHas(seat: string, field: string, map: string) {
      redis.run('HSET', keysOf(ref).state, `s:${seat}`, field)
      redis.run('SET', keysOf(ref).map, map)
    },
    /** A script held seats for a grant; it was asked for these, if they are others. */
    held(grant: string, seats: string, asked = seats, word = 'held') {
      const priced = seats.split(',').map((seat) => `${seat}:100`)
      const key = grant.slice('hold_'.length).split('.')[0] ?? ''
      const args = [key, 'ann', 'op', '', '', '', '0', '0', '1', ...asked.split(',')]
      auditor.ran({ script: 'hold', args, reply: holdReply(word, grant, priced.join()) })
    },
    /** Another script answered one word about a grant, or about its owner. */
    said: (script: string, grant: string, word: string, owner = 'ann') =>
      auditor.ran({ script, args: [grant, 'ann'], reply: [word, grant, owner, String(nowMs)] }),
    told: (told: Partial<Told>) =>
      auditor.told({
        ...{ who: 'ann', action: 'confirm', subject: one, key: 'key', asked: '', status: 201 },
        ...{ body: { id: 'BK-1' }, text: 'BK-1', ...told },
      }),
    broken: () => auditor.violations.map(({ invariant }) => invariant),
  }
}
export type History = ReturnType<typeof createHistory>

/** Documents of a sale as a commit writes them. */
export const docOf = {
  booking: (bookingId: string, grantId: string, seats = ['A-1']): Doc => ({
    ...{ appId: 'app_1', bookingId, grantId, paymentId: null, status: 'CONFIRMED', paymentStatus: 'SUCCESS' },
    ...{ seats: seats.map((id) => ({ id, price: 100 })), cancelled: [] },
  }),
  decided: (grantId: string, status: string, bookingId: string | null = null): Doc => ({
    ...{ appId: 'app_1', grantId, status, bookingId },
  }),
  seat: (seatId: string, bookingId: string | null, grantId: string | null): Doc => ({
    ...{ appId: 'app_1', seatId, index: 0, rev: bookingId ? 1 : 0, bookingId, grantId },
    state: bookingId ? 'BOOKED' : 'AVAILABLE',
  }),
}
