import { headers, SeatsQuery, type SeatsView } from '@holdfast/contract'
import { Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { tagged } from '../answers.ts'
import { listSeats, readAvailability } from '../availability.ts'
import type { EdgeEnv } from '../context.ts'
import { etagOf } from '../etag.ts'
import { pathIds, query } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { EventPath } from './paths.ts'

const binary = 'application/octet-stream'

const bytesOf = (map: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: map.length }, (_, index) => map.charCodeAt(index))

/** Availability, read from the inventory: as JSON that names seats, or as the map of one byte a seat. */
export function seatRoutes(services: Pick<Services, 'guards' | 'inventory' | 'events' | 'platform'>) {
  const { guards, events, platform } = services
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
      // The map needs no chart, so core stays out of it while all is well.
      const event = type === binary ? undefined : await events.one(appId, eventId, c.var)
      const { epoch, ver, map } = await readAvailability(services, { appId, eventId }, c.var, event)
      const version = `${epoch}.${ver}`
      const headersOfBoth = { vary: 'Origin, Accept', [headers.version]: version }
      if (!event) {
        const body = bytesOf(map)
        return tagged(c, { body, etag: await etagOf(platform, body), type: binary, headers: headersOfBoth })
      }
      const listed = listSeats(map, event.seatIds, c.req.valid('query'))
      const ageMs = Math.max(0, platform.now() - readMs)
      const view: SeatsView = { event: eventId, version, ageMs, ...listed }
      // Weak, since the age differs from answer to answer: it stands for the states and the names of the seats.
      const etag = `W/${await etagOf(platform, new TextEncoder().encode(map + event.etag))}`
      return tagged(c, { body: JSON.stringify(view), etag, type: 'application/json', headers: headersOfBoth })
    },
  )
}
