import { AppId, BookingId, inventoryCallMs, principal, systemPlatform } from '@holdfast/contract'
import { createInventory, type Inventory } from '@holdfast/inventory'
import { connectTcp, tcpRunner } from '@holdfast/inventory/tcp'
import { connectUpstash, upstashRunner } from '@holdfast/inventory/upstash'
import * as z from 'zod'
import { whyUnreachable } from '../../unreachable.ts'
import { clockFinding } from './clock.ts'
import { type Finding, fail, ok, warn } from './finding.ts'
import type { Settings } from './settings.ts'

/** Redis as the doctor asks it; what Redis refuses is thrown. */
export interface RedisDoor {
  readonly isUpstash: boolean
  ask(...command: readonly [name: string, ...args: string[]]): Promise<unknown>
  readonly inventory: Inventory
  close(): void
}

const RestReply = z.union([z.object({ result: z.unknown() }), z.object({ error: z.string() })])

/** The door that core would use, or null where none is set. */
export function openDoor(settings: Settings): RedisDoor | null {
  const { REDIS_URL: tcp, UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = settings
  if (tcp !== undefined) {
    const client = connectTcp(tcp)
    return {
      isUpstash: false,
      ask: (name, ...args) => client.call(name, args),
      inventory: createInventory(tcpRunner(client)),
      close: () => client.disconnect(),
    }
  }
  if (url === undefined || token === undefined) return null
  return {
    isUpstash: true,
    async ask(...command) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(command),
        redirect: 'error',
        signal: systemPlatform.deadline(inventoryCallMs),
      })
      const reply = RestReply.safeParse(await answer.json().catch(() => null)).data
      if (reply && 'result' in reply) return reply.result
      throw new Error(reply ? reply.error : `it answers ${answer.status}`)
    },
    inventory: createInventory(upstashRunner(connectUpstash({ url, token }, systemPlatform))),
    close: () => {},
  }
}

/** The fields of INFO, where it answers. */
async function infoOf({ ask }: RedisDoor): Promise<ReadonlyMap<string, string>> {
  const text = await ask('INFO').catch(() => '')
  const lines = String(text).split(/\r?\n/)
  return new Map(
    lines.flatMap((line) =>
      /^\w+:/.test(line) ? [line.split(/:(.*)/).slice(0, 2) as [string, string]] : [],
    ),
  )
}

/** One setting, or undefined where CONFIG is not for us. */
async function configOf({ ask }: RedisDoor, name: string): Promise<string | undefined> {
  const reply = await ask('CONFIG', 'GET', name).catch(() => null)
  return z.tuple([z.string(), z.string()]).safeParse(reply).data?.[1]
}

/** The oldest major version that the proofs of the inventory run on. */
const provenVersionMin = 7
/** Before it a script that had asked for the time could not write. */
const versionMin = 5

/** Whether this version can do what it must. */
export function versionFinding(isUpstash: boolean, info: ReadonlyMap<string, string>): Finding {
  const check = 'Redis version'
  const valkey = info.get('valkey_version')
  if (valkey !== undefined) return ok(check, `Valkey ${valkey}`)
  const version = info.get('redis_version')
  // Upstash tells the version of a Redis that it is like.
  if (isUpstash) return ok(check, `Upstash${version === undefined ? '' : `, like Redis ${version}`}`)
  if (version === undefined) {
    return warn(check, 'is not told to this user', `see that it is ${provenVersionMin}.0 or later`)
  }
  const major = Number.parseInt(version, 10)
  if (major < versionMin) return fail(check, `Redis ${version} cannot run the scripts`, 'upgrade it')
  return major < provenVersionMin
    ? warn(check, `Redis ${version}: nothing is proven below ${provenVersionMin}.0`, 'upgrade it')
    : ok(check, `Redis ${version}`)
}

async function ofEviction(door: RedisDoor, info: ReadonlyMap<string, string>): Promise<Finding> {
  const check = 'Redis eviction'
  const policy = (await configOf(door, 'maxmemory-policy')) ?? info.get('maxmemory_policy')
  if (policy === 'noeviction') return ok(check, 'maxmemory-policy is noeviction')
  if (policy !== undefined) {
    return fail(
      check,
      `maxmemory-policy is ${policy}: a full Redis would drop seats`,
      'CONFIG SET maxmemory-policy noeviction, and in its configuration',
    )
  }
  return warn(
    check,
    'cannot be read here',
    door.isUpstash
      ? 'in the console of Upstash, Configuration of the database: Eviction must be off'
      : 'see that maxmemory-policy is noeviction',
  )
}

async function ofPersistence(door: RedisDoor, info: ReadonlyMap<string, string>): Promise<Finding> {
  const check = 'Redis persistence'
  // Upstash writes all to disk, whatever is asked.
  if (door.isUpstash) return ok(check, 'Upstash keeps everything on disk')
  const isOn = info.get('aof_enabled') ?? ((await configOf(door, 'appendonly')) === 'yes' ? '1' : undefined)
  if (isOn === '1') return ok(check, 'appendonly is on')
  const next =
    'CONFIG SET appendonly yes, and in its configuration: nothing sold is lost without it, holds are'
  return warn(
    check,
    isOn === '0' ? 'appendonly is off: a restart forgets holds' : 'cannot be read here',
    next,
  )
}

function ofRole(info: ReadonlyMap<string, string>): Finding[] {
  if (info.get('cluster_enabled') === '1') {
    return [
      fail('Redis role', 'is a cluster, which this client does not speak to', 'give it a Redis that is none'),
    ]
  }
  const role = info.get('role')
  if (role === undefined) return []
  if (role !== 'master')
    return [fail('Redis role', 'is a replica: it cannot decide', 'give the address of the primary')]
  const replicas = info.get('connected_slaves') ?? '0'
  return [ok('Redis role', `primary, with ${replicas} replicas`)]
}

/** Runs two scripts of ours on keys that no event has; what is written is gone a second later. */
async function ofScripts({ inventory }: RedisDoor): Promise<Finding> {
  const check = 'Redis scripts'
  const appId = AppId.parse('doctor')
  const booking = { appId, bookingId: BookingId.parse('BK-20000101-000000') }
  await inventory.keepReceipt(
    booking,
    { owner: principal.guest('doctor'), ticket: 'void', receipt: 'no.such.receipt' },
    1_000,
  )
  const kept = await inventory.receipt(booking)
  return kept.word === 'receipt'
    ? ok(check, 'run, and write')
    : fail(check, 'do not keep what they write', 'see that nothing else uses this database')
}

const roundTrips = 5

/** Everything about Redis. */
export async function redisFindings(settings: Settings): Promise<Finding[]> {
  const door = openDoor(settings)
  if (door === null) return []
  const check = 'Redis'
  const where = door.isUpstash ? 'UPSTASH_REDIS_REST_URL and its token' : 'REDIS_URL'
  try {
    const times: { ms: number; reading: Parameters<typeof clockFinding>[1] }[] = []
    for (let n = 0; n < roundTrips; n++) {
      const askedAtMs = systemPlatform.now()
      const [seconds, micros] = z.tuple([z.coerce.number(), z.coerce.number()]).parse(await door.ask('TIME'))
      const answeredAtMs = systemPlatform.now()
      const reading = { askedAtMs, answeredAtMs, theirMs: seconds * 1_000 + micros / 1_000 }
      times.push({ ms: answeredAtMs - askedAtMs, reading })
    }
    const [quickest] = times.toSorted((a, b) => a.ms - b.ms)
    const info = await infoOf(door)
    return [
      ok(check, `answers within ${quickest?.ms ?? 0} ms`),
      versionFinding(door.isUpstash, info),
      ...ofRole(info),
      await ofEviction(door, info),
      await ofPersistence(door, info),
      await ofScripts(door).catch(() =>
        fail('Redis scripts', 'are refused', `see that the user of ${where} may EVAL and write`),
      ),
      ...(quickest ? [clockFinding('Redis', quickest.reading)] : []),
    ]
  } catch (error) {
    return [
      fail(check, `cannot be asked: ${whyUnreachable(error)}`, `start it, or check ${where} and the network`),
    ]
  } finally {
    door.close()
  }
}
