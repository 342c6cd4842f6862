import { StatsQuery } from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { assertAdmin, parse } from '../http/requests.ts'
import { readStats } from './read-stats.ts'

/** The numbers of a dashboard, for the admin. */
export function statsRoutes(core: Core) {
  return new Hono<CoreEnv>().get('/stats', async (c) => {
    assertAdmin(c)
    return c.json(await readStats(core, parse(StatsQuery, c.req.query())), 200)
  })
}
