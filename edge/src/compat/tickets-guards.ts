import {
  type AppVerdict,
  loginsPerMinute,
  type Platform,
  type Principal,
  Problem,
  ticketsRequestsPerSecond,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { createMiddleware } from 'hono/factory'
import { clientKey } from '../client-address.ts'
import type { AppEnv, EdgeEnv, UserEnv } from '../context.ts'
import { bearerOf } from '../middleware/user-auth.ts'
import type { LimitRule } from '../ports.ts'
import type { Services } from '../services.ts'
import { verdictKeyOf } from '../shared-keys.ts'
import { createTokenReader, type VerifyingSecrets } from '../tokens.ts'
import { createOldTokens } from './tickets-tokens.ts'

/** What an operator sets to serve the clients of TicketS. */
export interface TicketsSettings {
  /** The one app and event that they are for. */
  readonly event: EventRef
  /** Of the existing deployment; absent, its tokens are not accepted. */
  readonly jwtSecret?: Uint8Array
}

const clientRule = (address: string): LimitRule => ({
  key: `tickets:${clientKey(address)}`,
  limit: ticketsRequestsPerSecond,
  windowMs: 1_000,
})

/** The same counter as that of logins on /v1, so that nobody guesses twice as fast. */
const loginRule = (address: string): LimitRule => ({
  key: `login:${clientKey(address)}`,
  limit: loginsPerMinute,
  windowMs: 60_000,
})

/** Ten requests a second for a client, whoever it says that it forwards for. */
export const ticketsLimits = ({ enforce }: Pick<Services, 'enforce'>) => ({
  clients: createMiddleware<EdgeEnv>(async function ticketsClients(c, next) {
    await enforce(c.var, { rules: [clientRule(c.get('clientAddress'))], policy: 'local' })
    await next()
  }),
  logins: createMiddleware<EdgeEnv>(async function ticketsLogins(c, next) {
    const address = c.get('clientAddress')
    await enforce(c.var, { rules: [clientRule(address), loginRule(address)], policy: 'closed' })
    await next()
  }),
})

/** Makes the bound app the caller's; while it is not active, nothing is here. */
export const boundApp = (
  { verdicts, botCheck }: Pick<Services, 'verdicts' | 'botCheck'>,
  { event: { appId, eventId } }: TicketsSettings,
) =>
  createMiddleware<AppEnv>(async function boundApp(c, next) {
    const known = await verdicts({
      name: verdictKeyOf('app', appId),
      path: '/internal/apps/verdict',
      body: { appId },
      caller: c.var,
      // Nobody chooses what is asked, so nobody can guess.
      onMiss: async () => {},
      afterwards: c.get('afterwards'),
    })
    if (!known) throw new Problem('not_found')
    const app: AppVerdict = { ...known.app, kind: 'publishable' }
    c.set('app', app)
    c.set('deniedUsers', known.deniedUsers)
    Object.assign(c.get('note'), { appId, eventId })
    botCheck(c, 'nothing')
    await next()
  })

/** The bearer's token: ours, or one that TicketS made while its secret is set. */
export function ticketsUsers(
  userTokenSecrets: VerifyingSecrets,
  { jwtSecret }: TicketsSettings,
  platform: Pick<Platform, 'now'>,
) {
  const readOwn = createTokenReader('user', userTokenSecrets, userTokenTtlSeconds, platform)
  const readOld = jwtSecret && createOldTokens(jwtSecret, platform)

  /** @throws Problem `forbidden` for every way in which a token can be bad, `user_deactivated` */
  const bearer = async ({ app, deniedUsers }: AppEnv['Variables'], token: string): Promise<Principal> => {
    const own = await readOwn(`Bearer ${token}`)
    const found = own ? ownBearer(app, own) : await readOld?.(token)
    if (!found) throw new Problem('forbidden')
    const isDenied = found.startsWith('pool:') && deniedUsers.has(found.slice('pool:'.length))
    if (isDenied) throw new Problem('user_deactivated')
    return found
  }

  return {
    /** Insists on a good token: without one 401, with a bad one 403. */
    user: createMiddleware<UserEnv>(async function ticketsUser(c, next) {
      const token = tokenIn(c.req.header('authorization') ?? '')
      if (token === undefined) throw new Problem('invalid_token')
      c.set('principal', await bearer(c.var, token))
      await next()
    }),
    /** Who asks, if they show it: on a route that is open to all, a bad token is as good as none. */
    userIfAny: createMiddleware<AppEnv>(async function ticketsUserIfAny(c, next) {
      const token = tokenIn(c.req.header('authorization') ?? '')
      const found = token === undefined ? null : await bearer(c.var, token).catch(() => null)
      if (found) c.set('principal', found)
      await next()
    }),
  }
}

/** Whom a token of ours stands for; one that is good elsewhere is bad here. */
function ownBearer(app: AppVerdict, claims: unknown): Principal {
  try {
    return bearerOf(app, claims)
  } catch {
    throw new Problem('forbidden')
  }
}

const tokenIn = (authorization: string): string | undefined => /^Bearer +(\S+)$/i.exec(authorization)?.[1]
