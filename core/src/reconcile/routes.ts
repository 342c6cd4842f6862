import { RepairQuery } from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { assertAdmin, parse } from '../http/requests.ts'
import { readRepair } from './read-repair.ts'

/** How background work goes, for the admin. */
export function repairAdminRoutes(core: Core) {
  return new Hono<CoreEnv>().get('/repair', async (c) => {
    assertAdmin(c)
    return c.json(await readRepair(core, parse(RepairQuery, c.req.query())), 200)
  })
}
