import { afterAll, beforeAll } from 'vitest'
import { type MongoServer, mongoServers } from './mongo-servers.ts'
import { storeSuite } from './suite.ts'

for (const [name, start] of mongoServers) {
  let server: MongoServer
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.stop())
  storeSuite(name, () => server.open())
}
