import { confirmSuite } from '@holdfast/core/src/bookings/confirm-hold.suite.ts'
import { afterAll, beforeAll } from 'vitest'
import { type MongoServer, mongoServers } from './mongo-servers.ts'

for (const [name, start] of mongoServers) {
  let server: MongoServer
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.stop())
  confirmSuite(`a confirm on ${name}`, () => server.open())
}
