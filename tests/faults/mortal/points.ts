/** Calls of core's ports at which its process can be killed; some kinds of a statement by what it is for. */
const around = (calls: readonly string[]) => calls.flatMap((call) => [`${call} before`, `${call} after`])

/** In the store: claiming the key, the payment's row, each statement of a sale and its commit, and a cancellation. */
export const storePoints = [
  ...around(['claim', 'payment']),
  ...['decide', 'seats', 'booking', 'idempotency', 'outbox'].map((statement) => `${statement} before`),
  // On its way: sent to the database, and nobody waits for what it says.
  ...['commit before', 'commit on its way', 'commit after'],
  ...around(['cancellation commit']),
] as const

/** In Redis: telling it what was sold, keeping the receipt, freeing what is over, putting a build in place. */
export const redisPoints = around(['apply', 'keep', 'sweep', 'publish'])

/** At the payment provider. */
export const providerPoints = around(['look', 'capture', 'void', 'refund'])

export const allPoints: readonly string[] = [...storePoints, ...redisPoints, ...providerPoints]

/** Names the point at which a core dies, and at which of its passages: `commit before#2`. */
export const diesAt = 'HOLDFAST_TEST_DIES_AT'

/** What its log says then. */
export const lastWords = (point: string): string => `killed at ${point}`
export const lastWordsIn = /^killed at (.+)$/m
