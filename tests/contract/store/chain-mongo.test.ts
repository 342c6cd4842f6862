import { cancellationsSuite } from '@holdfast/core/src/receipts/cancellations.suite.ts'
import { chainSuite } from '@holdfast/core/src/receipts/chain.suite.ts'
import { afterAll, beforeAll } from 'vitest'
import { type MongoServer, mongoServers } from './mongo-servers.ts'

for (const [name, start] of mongoServers) {
  let server: MongoServer
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.stop())
  chainSuite(name, () => server.open())
  cancellationsSuite(name, () => server.open())
}
