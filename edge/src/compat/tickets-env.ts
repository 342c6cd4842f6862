import {
  AppId,
  EventId,
  ticketsPerSecondDefault,
  ticketsTokenDaysDefault,
  together,
} from '@holdfast/contract'
import * as z from 'zod'
import type { TicketsSettings } from './tickets-guards.ts'

/** The secret of a predecessor's tokens. Weak ones are taken: they exist. */
export const OldSecret = z
  .string()
  .min(1)
  .transform((text) => new TextEncoder().encode(text))

const whole = 'must be a whole number, 1 or more'

/** How much of something, whole. */
export const limit = (fallback: number, description: string) =>
  z.coerce
    .number(whole)
    .int(whole)
    .min(1, whole)
    .default(fallback)
    .meta({ description, refused: 'what is no whole number, 1 or more' })

/** What the routes of TicketS read of the environment. */
export const ticketsVariables = {
  TICKETS_APP_ID: AppId.optional().meta({
    description: 'The app that the clients of the predecessor TicketS are of; without it /api answers 404.',
    refused: 'what is no id of an app; to be without TICKETS_EVENT_ID',
  }),
  TICKETS_EVENT_ID: EventId.optional().meta({
    description: 'The one event of TicketS.',
    refused: 'what is no id of an event; to be without TICKETS_APP_ID',
  }),
  TICKETS_JWT_SECRET: OldSecret.optional().meta({
    description:
      'The secret of the old deployment of TicketS, while its users still have tokens: lets them in under /api and nowhere else. Whoever guesses it is any user there.',
    refused: 'the empty one; to be without TICKETS_APP_ID',
    secret: true,
  }),
  TICKETS_TOKEN_DAYS: limit(
    ticketsTokenDaysDefault,
    'How old a token of the old deployment may be that has no end, in days from when it was made; its owner signs in again then.',
  ),
  TICKETS_PAY: z.enum(['unpaid'], 'must be unpaid, or not set').optional().meta({
    description:
      'For an app of the provider `external`, whose seats /api/pay else refuses with 402, since no client of TicketS pays: `unpaid` books them for whoever has a token. Only where the money is taken elsewhere.',
    refused: 'all but `unpaid`; to be without TICKETS_APP_ID',
  }),
  TICKETS_USER_LOCKS_PER_SECOND: limit(
    ticketsPerSecondDefault.locks.user,
    'Locks of one user of TicketS a second; ten seats in one click are ten locks.',
  ),
  TICKETS_CLIENT_LOCKS_PER_SECOND: limit(
    ticketsPerSecondDefault.locks.client,
    'The same of one client address.',
  ),
  TICKETS_USER_READS_PER_SECOND: limit(
    ticketsPerSecondDefault.reads.user,
    'Reads of the seats by one user of TicketS who shows a token, a second, as one edge counts them.',
  ),
  TICKETS_CLIENT_READS_PER_SECOND: limit(
    ticketsPerSecondDefault.reads.client,
    'The same of one client address: each open page of a venue reads once a second. Of lists above 64 kB a part, as of other reads.',
  ),
  TICKETS_USER_PAYMENTS_PER_SECOND: limit(
    ticketsPerSecondDefault.payments.user,
    'Payments and releases of one user of TicketS a second.',
  ),
  TICKETS_CLIENT_PAYMENTS_PER_SECOND: limit(
    ticketsPerSecondDefault.payments.client,
    'The same of one client address.',
  ),
}

type TicketsEnv = z.output<z.ZodObject<typeof ticketsVariables>>

/** Half a binding is a mistake, and so is what is set for routes that are not there. */
export const boundOrNot = together<TicketsEnv>()(
  ['TICKETS_APP_ID', 'TICKETS_EVENT_ID', 'TICKETS_JWT_SECRET', 'TICKETS_PAY'],
  'set TICKETS_APP_ID and TICKETS_EVENT_ID, or neither and no TICKETS_JWT_SECRET or TICKETS_PAY',
  ({ TICKETS_APP_ID: app, TICKETS_EVENT_ID: event, TICKETS_JWT_SECRET: secret, TICKETS_PAY: pay }) =>
    (app === undefined) === (event === undefined) &&
    ((secret === undefined && pay === undefined) || app !== undefined),
)

/** What the routes of TicketS are made with; undefined where they are not bound, and so not there. */
export function ticketsSettingsOf(env: TicketsEnv): TicketsSettings | undefined {
  const { TICKETS_APP_ID: appId, TICKETS_EVENT_ID: eventId, TICKETS_JWT_SECRET: jwtSecret } = env
  if (appId === undefined || eventId === undefined) return undefined
  return {
    event: { appId, eventId },
    jwtSecret,
    tokenDaysMax: env.TICKETS_TOKEN_DAYS,
    pay: env.TICKETS_PAY,
    perSecond: {
      locks: { user: env.TICKETS_USER_LOCKS_PER_SECOND, client: env.TICKETS_CLIENT_LOCKS_PER_SECOND },
      reads: { user: env.TICKETS_USER_READS_PER_SECOND, client: env.TICKETS_CLIENT_READS_PER_SECOND },
      payments: {
        user: env.TICKETS_USER_PAYMENTS_PER_SECOND,
        client: env.TICKETS_CLIENT_PAYMENTS_PER_SECOND,
      },
    },
  }
}
