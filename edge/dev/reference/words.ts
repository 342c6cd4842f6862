import { type AdminRole, headers, type NoticeType, recentSignInSeconds } from '@holdfast/contract'
import type { AnswerHeader, Caller, Tag } from '@holdfast/contract/operations'

/** What the reference says in words: all else in it comes from the table of operations. */

export const introduction = `Seats are held first, then booked: \`POST .../holds\` takes all the seats it names or none, \`POST .../confirm\` turns the hold into a booking.

**Keys.** An app sends its key as \`${headers.apiKey}\`. Publishable keys (\`hf_pk_...\`) are for browsers and work from the origins that the app allows; secret keys (\`hf_sk_...\`) are for servers.

**Buyers.** A user or a guest sends the token of \`/v1/auth/...\` as \`Authorization: Bearer\`. A server names its own users by \`${headers.externalUserId}\`: any text of its own, such as \`auth0|7\` or an address of mail, other letters than those of ASCII as \`encodeURIComponent\` writes them. An id with other characters than A-Z a-z 0-9 . _ ~ - is known here by a digest of it, which is the same on every route.

**Money and time.** Amounts are whole minor units of a currency of ISO 4217. Times are ISO 8601 with a zone, with or without seconds (\`2027-02-01T20:00+01:00\`), and told in UTC.

**Repeats.** Send an \`Idempotency-Key\` with what changes seats or money: the same request with the same key happens once. Without one the edge makes one and tells it in the answer.

**Queries.** What a query says beside the parameters of its operation is ignored, everywhere. A list tells its next page by \`nextCursor\`, which goes into \`cursor\` as it is and is good in that list alone.

**Refusals** are RFC 9457 problems with a stable \`code\`: [all of them](/docs/errors), and what to do. The same request may succeed later where \`retryable\` is true; \`Retry-After\` says when. What is wrong with a request is listed in \`errors\`, the same fault once with how many there are (\`count\`) and some places (\`examples\`). Every answer has an \`${headers.requestId}\`, and writes tell by \`RateLimit-*\` how many more are allowed.

\`npm run dev\` sells the event \`theatre\` here: authorise with the \`publishableKey\` of \`.holdfast/dev.json\` and the token of a guest, and the examples can be sent as they are. What needs a secret key is sent from a shell, since browsers may not have one.`

export const tagWords: Readonly<Record<Tag, string>> = {
  Events: 'What is for sale, and which seats are taken.',
  Holds: 'From a choice of seats to a booking.',
  Payments: 'What a hold costs, and what became of the money.',
  Bookings: 'What was sold, and its proof.',
  Users: 'Buyers: one pool of users for all apps, and guests of one app.',
  Inventory: 'What an app’s servers do with what they sell.',
  Webhooks: 'Where an app is told what happened, and what became of each message.',
  Admin: 'What the operator of an installation does.',
  Service: 'What the service says of itself.',
}

export const securitySchemes = {
  appKey: {
    type: 'apiKey',
    in: 'header',
    name: headers.apiKey,
    description: 'A key of the app, of either kind.',
  },
  secretKey: {
    type: 'apiKey',
    in: 'header',
    name: headers.apiKey,
    description: 'A secret key of the app: for servers only.',
  },
  buyerToken: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of a user or a guest.',
  },
  vouchedUser: {
    type: 'apiKey',
    in: 'header',
    name: headers.externalUserId,
    description: `One of the app’s own users, for whom its server vouches; \`${headers.externalUserEmail}\` and \`${headers.externalUserName}\` may say more. Letters that are no ASCII are written as \`encodeURIComponent\` does.`,
  },
  adminToken: { type: 'http', scheme: 'bearer', description: 'The token of `/v1/admin/login`.' },
} as const

/** Who of the admins may call; all may read. */
export const roleWords: Readonly<Record<Exclude<AdminRole, 'viewer'>, string>> = {
  support: 'Needs an admin of the role `support` or `operator`.',
  operator: 'Needs an admin of the role `operator`.',
}

/** That an admin must have signed in a short while ago, for all of it or where some members are there. */
export const recentSignInWords = (needed: true | readonly string[]): string =>
  `${needed === true ? 'Needs' : `A change of ${needed.map((name) => `\`${name}\``).join(' or ')} needs`} a sign-in of the last ${recentSignInSeconds / 60} minutes.`

const buyer = [
  { appKey: [], buyerToken: [] },
  { secretKey: [], vouchedUser: [] },
]

/** What each kind of caller shows; each entry is one way. */
export const security: Readonly<Record<Caller, Record<string, string[]>[]>> = {
  anybody: [],
  app: [{ appKey: [] }],
  buyer,
  account: [{ appKey: [], buyerToken: [] }],
  reader: [...buyer, { secretKey: [] }],
  server: [{ secretKey: [] }],
  admin: [{ adminToken: [] }],
  // Signed in its body, as each provider does it: OpenAPI has no word for that.
  provider: [],
}

export const headerWords: Readonly<Record<AnswerHeader, string>> = {
  etag: 'Ask with `If-None-Match` whether it still holds.',
  location: 'The URL that tells what became of it.',
  'idempotent-replayed': '`true` when this answers a repeat.',
  'x-holdfast-ticket': 'Whether the ticket is good: `valid`, `pending` or `void`.',
  'x-holdfast-version': 'The version of the inventory that was read, `<epoch>.<change>`.',
}

/** What a status means when it is no refusal. */
export const statusWords: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Made.',
  202: 'Accepted.',
  204: 'Done; there is nothing to say.',
  304: 'Not modified: what you have still holds.',
}

/** What each message to an endpoint tells. */
export const noticeWords: Readonly<Record<NoticeType, string>> = {
  'hold.created': 'Seats are held',
  'hold.extended': 'A hold lives longer',
  'hold.released': 'A hold was given back',
  'hold.expired': 'A hold is over, unconfirmed',
  'booking.confirmed': 'A hold became a booking; its payment may be on its way',
  'booking.cancelled': 'A booking was cancelled, or some of its seats',
  'booking.payment_failed': 'The payment of a booking came to nothing: its seats are for sale again',
  'booking.refunded': 'Money of a booking has gone back',
  'webhook.test': 'Somebody tries the endpoint',
}

export const signatureWords = {
  'webhook-id': 'Names the message: the same in every attempt at it.',
  'webhook-timestamp': 'When this attempt was made, in seconds since 1970.',
  'webhook-signature': 'One `v1,<base64>` for each secret that is good, with a space between two.',
} as const
