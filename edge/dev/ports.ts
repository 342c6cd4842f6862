import { mkdirSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import getPort from 'get-port'
import { type Kept, lockFile } from './lock.ts'

/** A port of this machine, kept to one program of ours until it is let go. */
export interface KeptPort extends Kept {
  readonly port: number
}

/**
 * Where ports are taken from when none is wanted: below those that systems give to connections that go out (32768 on Linux,
 * 49152 elsewhere), one of which would have it before the program listens, and below those of Kubernetes' nodes (30000).
 */
const ports = { first: 20_000, count: 10_000 } as const
const triesMax = 100

/**
 * The port that is wanted, unless somebody has it or another program is about to: a program listens only seconds after its port
 * was looked at. Else, or when none is wanted, another one, by chance.
 * @throws when a hundred ports are taken
 */
export async function keepPort(wanted?: number): Promise<KeptPort> {
  const host = '127.0.0.1'
  const folder = join(tmpdir(), `holdfast-ports-${userInfo().username}`)
  mkdirSync(folder, { recursive: true })
  for (let tries = 0; tries < triesMax; tries++) {
    const isWanted = tries === 0 && wanted !== undefined
    const candidate = isWanted ? wanted : ports.first + Math.floor(Math.random() * ports.count)
    const lock = lockFile(join(folder, String(candidate)))
    if (lock === null) continue
    const port = await getPort({ port: candidate, host })
    if (port === candidate) return { port, ...lock }
    await lock.stop()
  }
  throw new Error(`No free port: ${triesMax} from ${ports.first} on are taken`)
}
