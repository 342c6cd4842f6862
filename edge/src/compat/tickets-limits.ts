import { Problem, ticketsReleaseMissesPerMinute } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, EdgeEnv, EdgeVars } from '../context.ts'
import { addressRules } from '../middleware/rate-limit.ts'
import type { LimitRule } from '../ports.ts'
import type { Services } from '../services.ts'

/** So many a second of one user, and of one client address. */
export interface TicketsLimit {
  readonly user: number
  readonly client: number
}

/** What an operator sets: a venue's Wi-Fi is one address, so those of addresses are wide. */
export type TicketsLimits = Readonly<Record<'locks' | 'reads' | 'payments', TicketsLimit>>

const [second, minute] = [1_000, 60_000]

const missRules = ({ app, clientAddress }: EdgeVars): LimitRule[] => {
  const most = { limit: ticketsReleaseMissesPerMinute, windowMs: minute }
  return addressRules(`tickets:release-misses:${app?.appId}`, clientAddress, most)
}

/** The limits of the routes of TicketS: only locks are scarce, and everything else must not be lost beside them. */
export function ticketsLimits({ enforce }: Pick<Services, 'enforce'>, perSecond: TicketsLimits) {
  const clientRules = (name: string, of: keyof TicketsLimits, { clientAddress }: EdgeVars): LimitRule[] =>
    addressRules(`${name}:${of}:client`, clientAddress, { limit: perSecond[of].client, windowMs: second })

  const userRules = (of: keyof TicketsLimits, { principal }: EdgeVars): LimitRule[] =>
    principal ? [{ key: `tickets:${of}:user:${principal}`, limit: perSecond[of].user, windowMs: second }] : []

  return {
    /**
     * Before anybody is asked anything: what one address alone sends to this isolate. Of a rush, whoever it says that it
     * forwards for, the rest ends here.
     */
    door: (of: keyof TicketsLimits) =>
      createMiddleware<EdgeEnv>(async function ticketsDoor(c, next) {
        await enforce(c.var, { rules: clientRules('door:tickets', of, c.var), policy: 'alone' })
        await next()
      }),

    /** What all edges count together, of a user and of their address. */
    writes: (of: 'locks' | 'payments') =>
      createMiddleware<AppEnv>(async function ticketsWrites(c, next) {
        const rules = [...userRules(of, c.var), ...clientRules('tickets', of, c.var)]
        await enforce(c.var, { rules, policy: 'local' })
        await next()
      }),

    /** A page polls, so counting must cost nothing. */
    reads: createMiddleware<AppEnv>(async function ticketsReads(c, next) {
      await enforce(c.var, { rules: userRules('reads', c.var), policy: 'alone' })
      await next()
    }),

    /**
     * Lets somebody pass who named the right user, unless this address has named wrong ones too often: then it does not
     * learn which of them was right.
     */
    named: (caller: EdgeVars): Promise<void> =>
      enforce(caller, {
        rules: missRules(caller).map((rule) => ({ ...rule, cost: 0 })),
        policy: 'closed',
        silent: true,
      }),

    /** Refuses somebody who named a wrong user, and counts that. */
    async misnamed(caller: EdgeVars): Promise<never> {
      await enforce(caller, { rules: missRules(caller), policy: 'closed', silent: true })
      throw new Problem('invalid_token')
    },
  }
}

/** The limits as the routes use them. */
export type TicketsGates = ReturnType<typeof ticketsLimits>
