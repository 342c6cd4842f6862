import { systemPlatform } from '@holdfast/contract'
import type { Db } from 'mongodb'
import * as z from 'zod'
import { connect, createClient } from '../../store/mongo/client.ts'
import { indexesOf, missingIn } from '../../store/mongo/layout.ts'
import { assertFit, metaOfDatabase, readLayout } from '../../store/mongo/server.ts'
import { collectionNames } from '../../store/schema.ts'
import { clockFinding } from './clock.ts'
import { type Finding, fail, messageOf, ok, warn } from './finding.ts'
import { formatFinding } from './format.ts'

const statementMs = 4_000
const bounds = { timeoutMS: statementMs }

const Hello = z.object({
  setName: z.string().optional(),
  hosts: z.array(z.string()).default([]),
  localTime: z.date(),
})

/** What a core that died in mid-commit may keep seats for (I6). */
const lifetimeSecondsMax = 15
const lifetimeNext = `db.adminCommand({ setParameter: 1, transactionLifetimeLimitSeconds: ${lifetimeSecondsMax} }), and in its configuration`

async function ofLifetime(db: Db): Promise<Finding> {
  const check = 'store transactions'
  const Answer = z.object({ transactionLifetimeLimitSeconds: z.coerce.number() })
  const asked = db.admin().command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 }, bounds)
  const answer = await asked.then((found) => Answer.safeParse(found).data).catch(() => undefined)
  if (answer === undefined) {
    return warn(
      check,
      'transactionLifetimeLimitSeconds cannot be read by this user',
      `see that it is ${lifetimeSecondsMax}; it is 60 unless somebody set it`,
    )
  }
  const { transactionLifetimeLimitSeconds: seconds } = answer
  const found = `a core that dies in mid-commit keeps its seats for up to ${seconds} s`
  return seconds > lifetimeSecondsMax ? warn(check, found, lifetimeNext) : ok(check, found)
}

/** Collections and indexes, and none that deletes what is live (F39). */
async function ofLayout(db: Db): Promise<Finding[]> {
  const check = 'store indexes'
  const found = await readLayout(db)
  const missing = missingIn(found)
  const deleting = collectionNames.flatMap((name) => {
    const own = new Set(indexesOf(name).map((index) => index.name))
    const others = (found.get(name) ?? []).filter((index) => !own.has(index.name ?? ''))
    return others
      .filter(({ expireAfterSeconds }) => expireAfterSeconds !== undefined)
      .map((index) => `${name}.${index.name}`)
  })
  return [
    missing.length === 0
      ? ok(check, `${collectionNames.length} collections with all of their indexes`)
      : fail(check, `${db.databaseName} lacks ${missing.join(', ')}`, 'npx holdfast migrate'),
    ...deleting.map((index) =>
      fail(check, `${index} lets MongoDB delete live documents by their age`, 'drop it'),
    ),
  ]
}

/** The format of its documents; of another one nothing more is to be said. */
async function ofDocuments(db: Db): Promise<Finding[]> {
  const format = formatFinding(await metaOfDatabase(db))
  if (format?.result === 'FAIL') return [format]
  return [...(format ? [format] : []), ...(await ofLayout(db))]
}

async function ofServer(db: Db): Promise<Finding[]> {
  const askedAtMs = systemPlatform.now()
  const answer = await db.admin().command({ hello: 1 }, bounds)
  const answeredAtMs = systemPlatform.now()
  const { setName, hosts, localTime } = Hello.parse(answer)
  try {
    assertFit(answer)
  } catch (error) {
    return [fail('store', error instanceof Error ? error.message : '')]
  }
  const { version } = z
    .object({ version: z.string() })
    .parse(await db.admin().command({ buildInfo: 1 }, bounds))
  const found = `MongoDB ${version}, ${setName ? `replica set ${setName} of ${hosts.length}` : 'a sharded cluster'}, answers within ${answeredAtMs - askedAtMs} ms`
  return [
    hosts.length === 1 ? warn('store', found, 'one member survives no failure: add two') : ok('store', found),
    await ofLifetime(db),
    ...(await ofDocuments(db)),
    clockFinding('the store', { askedAtMs, answeredAtMs, theirMs: localTime.getTime() }),
  ]
}

/** Everything about a MongoDB but whether it takes writes. */
export async function mongoFindings(url: string): Promise<Finding[]> {
  try {
    const { client, db } = createClient({ url })
    try {
      await connect(client)
      return await ofServer(db)
    } finally {
      await client.close()
    }
  } catch (error) {
    return [fail('store', messageOf(error))]
  }
}
