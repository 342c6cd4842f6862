import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { newId, systemPlatform } from '@holdfast/contract'
import { openRawStore, openStore } from '../../store/open.ts'
import { type Store, systemScope } from '../../store/store.ts'
import { assertWhole } from '../../store/transfer/import-store.ts'
import { type Finding, fail, messageOf, ok, warn } from './finding.ts'
import { formatFinding } from './format.ts'
import { legacyAppFindings } from './legacy-apps.ts'
import { mongoFindings } from './mongo.ts'
import type { Settings } from './settings.ts'
import { type TicketsBinding, ticketsFindings } from './tickets-app.ts'

/** A store that takes longer for one document is of no use. */
const writeMs = 4_000

/** A transaction that leaves nothing behind, as every sale is one. */
async function ofWriting(store: Store): Promise<Finding> {
  const name = newId('op', systemPlatform.random)
  const startedAtMs = systemPlatform.now()
  await store.transaction(writeMs, async (tx) => {
    const doc = { appId: systemScope, name, holder: 'doctor', until: new Date(0), standing: null }
    await tx.insert(systemScope, 'leases', doc)
    await tx.delete(systemScope, 'leases', { name })
  })
  return ok('store writes', `a transaction is durable within ${systemPlatform.now() - startedAtMs} ms`)
}

/** Opens the store as core does, writes to it, and looks at what is in it. */
async function ofUse(url: string, tickets: TicketsBinding): Promise<Finding[]> {
  try {
    const store = await openStore(url)
    try {
      await assertWhole(store)
      const apps = await legacyAppFindings(store, new Date(systemPlatform.now()))
      return [await ofWriting(store), ...apps, ...(await ticketsFindings(store, tickets))]
    } finally {
      await store.close()
    }
  } catch (error) {
    const next =
      'no core can sell on it: a majority of the members must run, and its user must have readWrite'
    return [fail('store writes', messageOf(error), ...(url.startsWith('sqlite:') ? [] : [next]))]
  }
}

const [freeBytesMin, freeBytesLow] = [100 * 2 ** 20, 2 ** 30]
const inGiB = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`

/** Whether a sale may fill the disk. */
export function diskFinding(freeBytes: number): Finding {
  const [check, found] = ['store disk', `${inGiB(freeBytes)} are free`]
  const next = 'make room: a full disk stops the sale'
  if (freeBytes < freeBytesMin) return fail(check, found, next)
  return freeBytes < freeBytesLow ? warn(check, found, next) : ok(check, found)
}

/** The format of a file, which is left as it is; null: it has none, and what opens it tells why. */
async function sqliteFormat(url: string): Promise<Finding | null> {
  try {
    const store = await openRawStore(url)
    return formatFinding(await store.readMeta().finally(() => store.close()))
  } catch {
    return null
  }
}

async function sqliteFindings(url: string, tickets: TicketsBinding): Promise<Finding[]> {
  const path = url.slice('sqlite:'.length)
  if (path === ':memory:') return [warn('store', 'ends with the process', 'name a file, or a MongoDB')]
  const folder = dirname(resolve(path))
  const isThere = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
  const canWrite = await access(isThere ? path : folder, constants.W_OK | constants.R_OK).then(
    () => true,
    () => false,
  )
  if (!canWrite)
    return [fail('store', `${path} cannot be written`, 'make the folder, and give it to the user of core')]
  const { bavail, bsize } = await statfs(folder)
  const disk = diskFinding(bavail * bsize)
  if (!isThere) return [ok('store', `SQLite: ${path} is made when core starts`), disk]
  const format = await sqliteFormat(url)
  const found = [ok('store', `SQLite: ${path}`), disk, ...(format ? [format] : [])]
  return format?.result === 'FAIL' ? found : [...found, ...(await ofUse(url, tickets))]
}

/** Everything about the store, and about the app in it that an edge is bound to. */
export async function storeFindings(
  { STORE_URL: url }: Settings,
  tickets: TicketsBinding = {},
): Promise<Finding[]> {
  if (url === undefined) return []
  if (url.startsWith('sqlite:')) return sqliteFindings(url, tickets)
  const findings = await mongoFindings(url)
  const isFit = findings.every(({ result }) => result !== 'FAIL')
  return isFit ? [...findings, ...(await ofUse(url, tickets))] : findings
}
