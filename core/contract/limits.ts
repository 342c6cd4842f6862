/** Every limit has a name, with its unit last. Bytes are UTF-8, money is in minor units, time is in milliseconds. */

export const idLengthMax = 64
export const idempotencyKeyLengthMax = 255

/** Body of an ordinary request. */
export const bodyBytesMax = 64 * 1024
/** Body of a request that carries inventory (seats or a seating plan), with a secret key only. */
export const inventoryBodyBytesMax = 8 * 1024 * 1024

export const seatsPerHoldMax = 10
export const seatsPerSyncMax = 5_000
export const seatsPerEventMax = 100_000
export const seatsPerAnswerMax = 1_000
export const categoriesPerPlanMax = 100
export const areasPerPlanMax = 500

/** A price of one seat; ten of them stay far below 2^53. */
export const priceMinorMax = 1_000_000_000

export const holdTtlMsDefault = 600_000
export const holdTtlMsMin = 1_000
export const holdTtlMsMax = 3_600_000
/** How long one hold may live in all, extensions included. */
export const holdLifetimeMsDefault = 1_800_000
export const holdLifetimeMsMax = 7_200_000
/** Seats that one owner may hold of one event at a time, over all their holds. */
export const seatsHeldPerOwnerDefault = 20
export const seatsHeldPerOwnerMax = 100
/** How long an ended hold is remembered, so that its status URL and its key keep answering. */
export const tombstoneMs = 86_400_000

/** From pin until the seats may be looked at again. Longer than any commit may take. */
export const pinLeaseMs = 60_000
/** How long the edge waits for core. */
export const edgeBudgetMs = 10_000
/** How long core may work on one request; less than the edge waits, far less than the lease. */
export const coreBudgetMs = 8_000
/** One script on Redis, one delivery. */
export const inventoryCallMs = 2_000
/** One call of a payment provider. */
export const paymentCallMs = 5_000
/** The rate limiter may add no more than this to a request. */
export const limiterCallMs = 1_000

export const logEntriesMax = 10_000
export const logEntriesPerRead = 200
export const sweepGrantsPerBatch = 50
export const applySeatsPerBatch = 500

export const assertionTtlSeconds = 30
export const clockToleranceSeconds = 5
export const userTokenTtlSeconds = 7 * 86_400
export const guestTokenTtlSeconds = 86_400
export const adminTokenTtlSeconds = 86_400
export const secretBytesMin = 32

/** How long the edge believes what core said of an app key: in one isolate, and shared through Redis. */
export const verdictIsolateMs = 10_000
export const verdictSharedMs = 60_000
/** How long one isolate keeps an event's chart and the published signing keys. */
export const chartIsolateMs = 10_000
/** How long one isolate remembers that there is no such event. */
export const eventMissIsolateMs = 1_000
/** One call of the cache that edges share; a slow one is passed over. */
export const cacheCallMs = 500
/** What one isolate may keep: app keys, charts and lists of events, and the buckets of its own limiter. */
export const verdictsPerIsolateMax = 10_000
export const chartsPerIsolateBytesMax = 32 * 1024 * 1024
export const bucketsPerIsolateMax = 10_000
/** How much of what is wrong with a request is told at once. */
export const errorsPerAnswerMax = 20

export const idempotencyTtlMs = 86_400_000
export const passwordBytesMin = 8
export const passwordBytesMax = 72
export const nameLengthMax = 200
export const emailLengthMax = 254
export const originsPerAppMax = 50
export const pageSizeDefault = 50
export const pageSizeMax = 100

export const userWritesPerSecondDefault = 10
export const clientWritesPerSecondDefault = 100
export const appWritesPerSecondDefault = 1_000
export const loginsPerMinute = 10
export const keyMissesPerMinute = 30
