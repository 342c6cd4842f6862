/**
 * `npm run -w tests mongo`: the MongoDB for tests by itself, for a local stack to run on. Its data are in memory and end
 * with it.
 */
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { startMongo } from './index.ts'

const { values } = parseArgs({
  options: {
    /** Where it listens; on a free port when absent. */
    port: { type: 'string' },
    /** `transactionLifetimeLimitSeconds`, of a program that died in the middle of one. */
    'transaction-lifetime-s': { type: 'string' },
  },
})
const flags = z
  .object({
    port: z.coerce.number().int().min(0).max(65_535).optional(),
    'transaction-lifetime-s': z.coerce.number().int().min(1).optional(),
  })
  .parse(values)

const lifetimeS = flags['transaction-lifetime-s']
const mongo = await startMongo({
  ...(flags.port !== undefined && { port: flags.port }),
  ...(lifetimeS !== undefined && { transactionLifetimeMs: lifetimeS * 1_000 }),
})
console.log(mongo.url)
console.log(`In another terminal: STORE_URL='${mongo.url}' npm run dev`)
console.log('Its data are in memory: Ctrl-C ends it and them.')
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void mongo.stop())
