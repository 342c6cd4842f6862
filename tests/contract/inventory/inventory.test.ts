import { redisEngines, upstashDatabase } from '../../support/requirements.ts'
import { restBench } from './bench.ts'
import { startRestBench, startTcpBench } from './node-bench.ts'
import { inventorySuite } from './suite.ts'

for (const engine of redisEngines) inventorySuite(`${engine} over REST`, () => startRestBench({ engine }))
if (redisEngines.includes('server')) inventorySuite('server over TCP', startTcpBench)
const database = upstashDatabase
if (database) inventorySuite('an Upstash database', async () => restBench(database))
