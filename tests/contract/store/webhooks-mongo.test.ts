import { webhooksSuite } from '@holdfast/core/src/webhooks/webhooks.suite.ts'
import { afterAll, beforeAll } from 'vitest'
import { type MongoServer, mongoServers } from './mongo-servers.ts'

for (const [name, start] of mongoServers) {
  let server: MongoServer
  beforeAll(async () => {
    server = await start()
  })
  afterAll(() => server.stop())
  webhooksSuite(`webhooks on ${name}`, () => server.open())
}
