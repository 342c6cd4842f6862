import { headers, SeatStatus, SeatsQuery, type SeatsView, seatBytes } from '@holdfast/contract'
import { Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { tagged } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { etagOf } from '../etag.ts'
import { type KeptEvent, notReady } from '../event-reader.ts'
import { pathIds, query } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { EventPath } from './paths.ts'

const binary = 'application/octet-stream'

const statusOfByte: ReadonlyMap<string, SeatStatus> = new Map(
  Object.entries(seatBytes).map(([status, byte]) => [byte, SeatStatus.parse(status)]),
)

/** Names the bytes of an availability map by the chart. A byte that nobody has set is `unknown`, never free. */
export function listSeats(
  map: string,
  seatIds: KeptEvent['seatIds'],
  { status: wanted, limit = Number.POSITIVE_INFINITY }: SeatsQuery,
): Pick<SeatsView, 'counts' | 'seats'> {
  const counts: SeatsView['counts'] = { free: 0, held: 0, confirming: 0, booked: 0, blocked: 0, unknown: 0 }
  const seats: SeatsView['seats'] = []
  seatIds.forEach((id, index) => {
    if (id === undefined) return
    const status = statusOfByte.get(map.charAt(index)) ?? 'unknown'
    counts[status]++
    const asked = wanted === undefined ? status !== 'free' : status === wanted
    if (asked && seats.length < limit) seats.push({ id, status })
  })
  return { counts, seats }
}

const bytesOf = (map: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: map.length }, (_, index) => map.charCodeAt(index))

/** Availability, read from the inventory: as JSON that names seats, or as the map of one byte a seat. */
export function seatRoutes({
  guards,
  inventory,
  events,
  platform,
}: Pick<Services, 'guards' | 'inventory' | 'events' | 'platform'>) {
  return new Hono<EdgeEnv>().get(
    '/:eventId/seats',
    guards.app,
    pathIds(EventPath),
    query(SeatsQuery),
    async (c) => {
      const { eventId } = c.req.valid('param')
      const { appId } = c.get('app')
      const type = accepts(c, {
        header: 'Accept',
        supports: ['application/json', binary],
        default: 'application/json',
      })
      const readMs = platform.now()
      const snapshot = inventory.snapshot({ appId, eventId })
      // The map needs no chart, so core stays out of it while all is well.
      const [reply, event] = await Promise.all([
        snapshot,
        type === binary ? undefined : events.one(appId, eventId, c.var),
      ])
      if (reply.word === 'not_ready') return notReady(events, { appId, eventId }, c.var)
      const version = `${reply.epoch}.${reply.ver}`
      const headersOfBoth = { vary: 'Origin, Accept', [headers.version]: version }
      if (!event) {
        const body = bytesOf(reply.map)
        return tagged(c, { body, etag: await etagOf(platform, body), type: binary, headers: headersOfBoth })
      }
      const listed = listSeats(reply.map, event.seatIds, c.req.valid('query'))
      const ageMs = Math.max(0, platform.now() - readMs)
      const view: SeatsView = { event: eventId, version, ageMs, ...listed }
      // Weak, since the age differs from answer to answer: it stands for the states and the names of the seats.
      const etag = `W/${await etagOf(platform, new TextEncoder().encode(reply.map + event.etag))}`
      return tagged(c, { body: JSON.stringify(view), etag, type: 'application/json', headers: headersOfBoth })
    },
  )
}
