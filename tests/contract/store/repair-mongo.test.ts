import { claimsSuite } from '@holdfast/core/src/bookings/finish-claims.suite.ts'
import { outboxSuite } from '@holdfast/core/src/outbox/outbox.suite.ts'
import { inspectSuite } from '@holdfast/core/src/reconcile/inspect.suite.ts'
import { leaseSuite } from '@holdfast/core/src/reconcile/lease.suite.ts'
import { readRepairSuite } from '@holdfast/core/src/reconcile/read-repair.suite.ts'
import { restSuite } from '@holdfast/core/src/reconcile/rest.suite.ts'
import { afterAll, beforeAll } from 'vitest'
import { type MongoServer, mongoServers } from './mongo-servers.ts'

for (const [name, start] of mongoServers) {
  let server: MongoServer
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.stop())
  outboxSuite(name, () => server.open())
  leaseSuite(name, () => server.open())
  claimsSuite(name, () => server.open())
  restSuite(name, () => server.open())
  inspectSuite(name, () => server.open())
  readRepairSuite(name, () => server.open())
}
