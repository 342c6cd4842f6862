import {
  addressUnitsDefault,
  largeAnswerBytesMin,
  largePathMs,
  largePathsPerIsolateBytesMax,
  type Platform,
  Problem,
  readBudgetsPerIsolateBytesMax,
  readBurstSeconds,
  readLargeBurstSeconds,
  serverReadsPerSecond,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { clientKey, isPublic, readAddress } from '../client-address.ts'
import type { EdgeEnv, EdgeVars } from '../context.ts'
import { createIsolateCache } from '../isolate-cache.ts'
import { createReadBudget, type ReadBudget } from '../read-budget.ts'
import { callerOf } from './flood.ts'
import { limitHeaders, secondsUntil } from './rate-limit.ts'

/** What an operator sets of the reads of one address, a second. */
export interface ReadsPerSecond {
  readonly all: number
  readonly large: number
}

interface Settings {
  readonly perSecond: ReadsPerSecond
  /** Of the seats of TicketS, whose pages read once a second, each of a venue's. */
  readonly ticketsPerSecond?: number | undefined
  /**
   * How many units the address of a client may hold: one whose network stands for more people than an ordinary one's reads
   * as much more. Asked when the app is known.
   */
  readonly unitsOf?: (caller: EdgeVars) => number
}

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD'])
/** Who looks whether this edge lives must never be told to wait; it costs nothing. */
const probes: ReadonlySet<string> = new Set(['/livez', '/readyz'])
const ticketsSeatsPath = '/api/seats'

const entryBytes = 200
const falseServerMs = 60_000

/**
 * What one address may read: so many answers a second, and fewer that are large. Counted by this isolate before anybody is
 * asked anything, so that a flood of reads reaches neither Redis nor core. That an answer is large is known when it is made:
 * then it is counted, and who has had too many waits with the next one from there.
 *
 * An app's server has its own quota. Whether it is one is known only behind this; who says so has a wider budget, and gets all
 * of it back when it was true.
 */
export function readLimit(
  platform: Pick<Platform, 'now'>,
  { perSecond, ticketsPerSecond = perSecond.all, unitsOf = () => addressUnitsDefault }: Settings,
) {
  const budgetOf = (most: number): ReadBudget => {
    const large = (most * perSecond.large) / perSecond.all
    const rates = {
      all: { perSecond: most, burst: most * readBurstSeconds },
      large: { perSecond: large, burst: large * readLargeBurstSeconds },
    }
    return createReadBudget(platform, rates, readBudgetsPerIsolateBytesMax)
  }
  const budgets = {
    client: budgetOf(perSecond.all),
    server: budgetOf(Math.max(serverReadsPerSecond, perSecond.all)),
    tickets: budgetOf(Math.max(ticketsPerSecond, perSecond.all)),
  }
  const largePaths = createIsolateCache<true>(platform.now, largePathsPerIsolateBytesMax)
  /** Who said to be a server and was none counts as the client that it is. */
  const falseServers = createIsolateCache<true>(platform.now, largePathsPerIsolateBytesMax)

  const shareOf = (caller: EdgeVars): number =>
    caller.app?.kind === 'secret' ? 0 : Math.min(1, addressUnitsDefault / unitsOf(caller))

  return createMiddleware<EdgeEnv>(async function readLimit(c, next) {
    const { path, method } = c.req
    const address = readAddress(c.get('clientAddress'))
    // One of a private network is that of a proxy, or of our own: no client's, whose budget would be everybody's.
    if (!reads.has(method) || probes.has(path) || address === null || !isPublic(address)) return next()
    const client = clientKey(address)
    const said = callerOf(c.req)
    const caller = falseServers.get(client) ? 'client' : said
    const budget = budgets[path === ticketsSeatsPath ? 'tickets' : caller]
    const wasExpected = largePaths.get(path) ?? false
    const state = budget.take(client, wasExpected)
    if (!state.allowed) {
      const seconds = secondsUntil(state, platform)
      Object.assign(c.get('always'), limitHeaders(state, seconds))
      throw new Problem('rate_limited', {}, seconds)
    }
    await next()
    const isLarge = Number(c.res.headers.get('content-length') ?? 0) >= largeAnswerBytesMin
    if (isLarge) largePaths.set(path, true, largePathMs, entryBytes + 2 * path.length)
    budget.settle(client, { share: shareOf(c.var), isLarge, wasExpected })
    if (said === 'server' && c.get('app')?.kind !== 'secret')
      falseServers.set(client, true, falseServerMs, entryBytes + 2 * client.length)
  })
}
