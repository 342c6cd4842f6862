/** Every limit has a name, with its unit last. Bytes are UTF-8, money is in minor units, time is in milliseconds. */

export const idLengthMax = 64
export const idempotencyKeyLengthMax = 255

/** Body of an ordinary request. */
export const bodyBytesMax = 64 * 1024
/** Body of a request that carries inventory (seats or a seating plan), with a secret key only. */
export const inventoryBodyBytesMax = 8 * 1024 * 1024

export const seatsPerHoldMax = 10
export const seatsPerSyncMax = 5_000
/** Seats blocked or unblocked by one request, all or none. */
export const seatsPerBlockMax = 500
export const seatsPerEventMax = 100_000
export const seatsPerAnswerMax = 1_000
export const categoriesPerPlanMax = 100
export const areasPerPlanMax = 500

/** Charges that are told of an event's prices, and how high one may be: as much as the rest again. */
export const chargesPerEventMax = 10
export const chargeBasisPointsMax = 10_000
/** Steps of the cancellation terms of an event, and how long before its start the first may end. */
export const cancellationStepsMax = 10
export const cancellationHoursMax = 8_784

/** A price of one seat; ten of them stay far below 2^53. */
export const priceMinorMax = 1_000_000_000

export const holdTtlMsDefault = 600_000
/** A trip needs a name and a document of every traveller. */
export const holdTtlMsDefaultBus = 900_000
/** A showing starts soon, and its tickets are bought in few steps. */
export const holdTtlMsDefaultMovie = 480_000
export const holdTtlMsMin = 1_000
export const holdTtlMsMax = 3_600_000
/** How long one hold may live in all, extensions included. */
export const holdLifetimeMsDefault = 1_800_000
export const holdLifetimeMsMax = 7_200_000
/** Seats that one owner may hold of one event at a time, over all their holds. */
export const seatsHeldPerOwnerDefault = 20
export const seatsHeldPerOwnerMax = 100
/** Seats that one owner may have booked of an event that sets it (`seatsBookedPerOwner`); cancelled ones do not count. */
export const seatsBookedPerOwnerMax = 1_000
/** The same of an event that says nothing, for bookings that cost nothing. */
export const freeSeatsPerOwnerDefault = 10
/** Seats in bookings that cost nothing of one client's address in an app, in a day, which begins with the first. */
export const freeSeatsPerDayDefault = 40
export const freeSeatsPerDayMax = 100_000
export const freeSeatsPerDayWindowMs = 86_400_000
/** So long a hold that is given back waits for a commit that has it; the rest of the call is for telling what came of it. */
export const releaseDecideMs = 4_000
/** So long it is kept that an owner has booked under a limit: far longer than a confirm can take, from its look to its commit. */
export const ownerFenceMs = 3_600_000
/** Holds that one owner may make of one event in a minute, which begins with the first; replays do not count. */
export const holdsPerMinuteDefault = 30
export const holdsPerMinuteMax = 1_000
/** After so many holds that ran out unconfirmed, one owner must pause before the next of that event. */
export const lapsedHoldsPerOwnerDefault = 10
export const lapsedHoldsPerOwnerMax = 1_000
/** The pause, from the last of them; 0 is none. */
export const coolDownMsDefault = 300_000
export const coolDownMsMax = 3_600_000
/** Lapsed holds are forgotten when none has lapsed for so long; no pause is longer. */
export const lapseMemoryMs = 3_600_000
/**
 * What one client address may hold of one event at a time, whoever its buyers are, in units of what one person takes (a seat);
 * a /48 of IPv6 four times as much. With it goes how long: 30 minutes each, of which a quarter comes back in time.
 * Above half of it, one owner behind the address may hold `ownerShareUnits`.
 */
export const addressUnitsDefault = 40
export const addressUnitsMax = 100_000
export const ownerShareUnits = 4
export const networkShare = 4
export const unitMsPerUnit = 1_800_000
export const unitMsLeak = 0.25
/** Networks of which an app says that many people are behind each address. */
export const clientNetworksMax = 100
/** Guests that one client address may begin, in a minute and in an hour; a listed one in proportion to its units. */
export const guestsPerMinute = 20
export const guestsPerHour = 100
/** Of how many units at least a share is told that one address holds. */
export const addressShareUnitsMin = 100
/** Reservations, and events with them, of which one page of a buyer's holds of all events is made. */
export const heldRowsPerPage = 200
export const heldEventsPerPage = 20
/** Events that one call names of which a guest brings holds along, and holds and payments that one pass over a guest looks at. */
export const mergedEventsMax = 20
export const mergedPerPass = 100
/** When it is looked again what a guest had under way: later than any confirm of theirs can commit. */
export const mergeAgainMs = 90_000
/** Guests that one round looks at again. */
export const mergesPerRound = 100
/** What is read of a token in a body: a JWT of ours has a few hundred characters. */
export const tokenLengthMax = 4_096
/** What a challenge gives to a page that has passed it: Turnstile says 2,048 characters at most. */
export const challengeLengthMax = 2_048
/** How long the edge waits for the word on it. */
export const challengeCallMs = 3_000
/** What a guest who has passed one may hold where others may hold `ownerShareUnits`. */
export const challengedShareUnits = 10
/** How long Redis remembers an ended hold, so that its key keeps answering. Its status URL answers from the store after that. */
export const endedHoldMs = 3_600_000

/** From pin until the seats may be looked at again. Longer than any commit may take. */
export const pinLeaseMs = 60_000
/** How long the edge waits for core. */
export const edgeBudgetMs = 10_000
/** How often the edge sends one call to core, where that is safe, and the pauses between: chance decides within them. */
export const coreTriesMax = 3
export const coreRetryMsMin = 50
export const coreRetryMsMax = 250
/** What core must have left of a call that is sent again. */
export const coreRetryBudgetMsMin = 1_000
/** Of its calls an edge may send so many again: one in ten, and some that it has saved. */
export const retriesPerCall = 0.1
export const retriesSavedMax = 10
/** How long a hold's status waits for core while its confirm is under way; then Redis alone tells. */
export const decisionCallMs = 2_000
/** How long core may work on one request; less than the edge waits, far less than the lease. */
export const coreBudgetMs = 8_000
/**
 * Requests that one core works on at a time, and of one app; what is more waits for its turn until its time is over. Each
 * lane has its own places, so that a flood in one keeps no other waiting.
 */
export const callLanes = {
  /** Whose key it is: asked before anything else. */
  keys: { atOnce: 64, ofAppAtOnce: 64 },
  /** Confirms, orders, cancellations, and what else changes something. */
  writes: { atOnce: 256, ofAppAtOnce: 64 },
  /** Signing up and in, which waits for bcrypt: an app fills half of its places, by what this lets it begin. */
  accounts: { atOnce: 64, ofAppAtOnce: 32 },
  /** What providers tell; anybody can post there. */
  webhooks: { atOnce: 32, ofAppAtOnce: 32 },
  reads: { atOnce: 128, ofAppAtOnce: 32 },
} as const
/** Requests of one app in one lane that are worked on or wait; more are told to come again. */
export const callsPerAppMax = 1_024
/** What Retry-After says to them. */
export const overloadedRetrySeconds = 1
/** A core whose event loop is later than this, in two windows one after the other, takes nothing new. */
export const eventLoopDelayMsMax = 250
export const eventLoopWindowMs = 500
/** A core that stops refuses connections when nobody has asked it for so long, so that none is left at its door. */
export const leaveQuietMs = 1_000
/** It refuses them then in any case. */
export const leaveMsMax = 3_000
/** What is still not answered so long after is cut off. Longer than any answer takes. */
export const drainMsMax = coreBudgetMs + 2_000
/** How long the lease of background work lasts, and how often its holder renews it. */
export const leaseTtlMs = 5_000
export const leaseRenewMs = 1_000
/** Pauses between two rounds of repair: over the events, over outbox and payments, over what is left and forgotten. */
export const repairRoundMs = 1_000
export const relayRoundMs = 500
export const purgeRoundMs = 60_000
/** The pause between two looks at how much of the outbox waits, for those that watch. */
export const backlogRoundMs = 5_000
/** How often the sales of an event are held against the invariants, and the pause between two pages of bookings. */
export const inspectEveryMs = 60_000
export const inspectPageEveryMs = 2_000
export const inspectedBookingsPerPage = 100
/** A booking that is no older is left alone: what its commit promised may be under way. */
export const inspectGraceMs = 30_000
/** How often it is written down that an event was compared with the store and nothing was found. */
export const checkNotedEveryMs = 300_000
/** Events of one app that a round of repair looks at, how many it reads at a time, and looks at at once. */
export const repairedEventsPerApp = 2_000
export const repairedEventsPerPage = 500
export const repairedEventsAtOnce = 4
/** Inventories that one core builds at a time; before, each waits for commits of its old epoch, all together. */
export const rebuildsAtOnce = 4
/** After the wait a build is thought to be under way for so long; then another core may begin one, which ends it. */
export const buildBudgetMs = 5_000
/** How often the seats of an event are compared with the store; again so soon while that finds something. */
export const driftEveryMs = 60_000
export const driftAgainMs = 2_000
/** Pages of seats (of `applySeatsPerBatch`) of one event that one round of repair compares. */
export const driftPagesPerRound = 10
/** When a hold that is on record, and of whose end nothing was heard, cannot live any more, as long as holds may live. */
export const forgottenHoldMs = holdLifetimeMsMax + pinLeaseMs + 3_600_000
/** How many of them one pass over an event ends. */
export const forgottenPerPass = 200
/** Entries of the log that are read again when Redis has lost some and went on. */
export const logEntriesReread = 1_000
/** One script on Redis, one delivery. */
export const inventoryCallMs = 2_000
/** One call of a payment provider. */
export const paymentCallMs = 5_000
export const paymentSignatureLengthMax = 256
/** Confirms of a hold that are declined before no more are tried: each is a call of the provider, and perhaps a card that somebody tests. */
export const declinedConfirmsPerHoldMax = 5
/** Orders of one client's address in an app that nobody has paid, in a window. */
export const unpaidOrdersPerHourDefault = 20
export const unpaidOrdersPerHourMax = 1_000
export const unpaidOrdersWindowMs = 3_600_000
/** After a refusal, when it is looked again which of them are paid. */
export const unpaidOrdersRetryMs = 30_000
/** How long Razorpay reserves money for us; then it gives it back by itself. Far longer than a booking waits for it. */
export const razorpayCaptureMinutesMax = 1_440
/** How long a payment that was begun is left to the confirm that began it, before repair looks. */
export const paymentHeadStartMs = 15_000
/** How long a booking waits for a payment that is on its way; then it is asked to be let go. */
export const paymentPendingMsMax = 1_800_000
/** Pauses between two looks at a payment or a refund: doubled from the first, up to the last. */
export const paymentRetryMsMin = 1_000
export const paymentRetryMsMax = 300_000
/** After so many of them an operator is shown it. */
export const paymentAttemptsToStuck = 6
/** Payments, and refunds, that one round of repair takes, and among how many it chooses. */
export const paymentsPerRound = 100
export const paymentsPerLook = 1_000
/** Payments that are worked on at once, and of one account: one that hangs leaves room for the others. */
export const paymentsAtOnce = 8
export const paymentsOfAccountAtOnce = 4
/** A round of them that takes longer begins nothing more. */
export const settlingRoundMsMax = 10_000
/** How long an event of a provider is known, so that its repeats have no effect; providers repeat for days. */
export const providerEventKeptMs = 30 * 86_400_000
/** Endpoints to which one app is told what happened. */
export const endpointsPerAppMax = 10
export const endpointUrlLengthMax = 2_048
/** Secrets of one endpoint that sign at a time: the newest, and those that a rotation leaves good for a while. */
export const endpointSecretsMax = 3
export const secretOverlapSecondsDefault = 86_400
/** One delivery, from the look-up of the name to the status; and one question to a name server, within it. */
export const deliveryCallMs = 10_000
export const nameLookupMs = 2_000
/** What is read of the answer to a delivery before the connection is closed; nothing of it is kept. */
export const deliveryAnswerBytesMax = 16 * 1024
/** How long a delivery that was begun is left to who began it. Longer than a call may take. */
export const deliveryLeaseMs = 30_000
/** Pauses between two attempts at one delivery: each `deliveryRetryFactor` times the one before, up to the last. */
export const deliveryRetryMsMin = 5_000
export const deliveryRetryMsMax = 6 * 3_600_000
export const deliveryRetryFactor = 4
/** How long a delivery is tried. */
export const deliveryRetryForMs = 3 * 86_400_000
/** How long it is in the log, and can be replayed. */
export const deliveryKeptMs = 30 * 86_400_000
/** Pauses of a whole endpoint that fails: doubled from the first, up to the last. */
export const endpointPauseMsMin = 1_000
export const endpointPauseMsMax = 300_000
/** An endpoint that has only failed for so long is disabled. */
export const endpointFailingMsMax = 5 * 86_400_000
/** Deliveries under way at a time to one endpoint that answers; one that fails gets one. */
export const deliveriesPerEndpointAtOnceMax = 8
/** Endpoints that one core works on at a time: those that answer, and those that fail, which cannot crowd them out. */
export const endpointsAtOnceMax = 500
export const failingEndpointsAtOnceMax = 50
/** One delivery of spans to a collector; and how many of them an edge has under way before it loses others. */
export const spanExportMs = 2_000
export const spanExportsAtOnceMax = 32
/**
 * A client of a server on Node is cut off that has not sent the headers of a request, or all of it, so long after it
 * connected or began; how often is looked for such clients; and how long a connection stays that nobody uses: longer than
 * what stands before it keeps one (60 s at nginx and most balancers), so that the side ends it that knows what it sends.
 */
export const requestHeadersMsMax = 10_000
export const requestMsMax = 30_000
export const slowClientsRoundMs = 1_000
export const idleConnectionMsMax = 75_000
/** The rate limiter may add no more than this to a request. */
export const limiterCallMs = 1_000

/** Rows of the outbox that one round takes: what is more waits for the next. */
export const outboxRowsPerRound = 100
/** How far a round looks for rows of other events than the first. */
export const outboxRowsPerLook = 1_000
/** Rows that are done at once, and of one event: an event that hangs leaves room for the others. */
export const outboxRowsAtOnce = 8
export const outboxRowsOfEventAtOnce = 4
/** A round that takes longer begins nothing more. */
export const outboxRoundMsMax = 5_000
/** A row that fails for reasons of its own so often is dead, until the operator has it tried again. */
export const outboxAttemptsMax = 10
/** Pauses between two tries of a row: doubled from the first, up to the last. */
export const outboxRetryMsMin = 500
export const outboxRetryMsMax = 5_000

export const logEntriesMax = 10_000
export const logEntriesPerRead = 200
export const sweepGrantsPerBatch = 50
/** Owners and addresses that one script of repair looks at to forget them. */
export const forgottenPerBatch = 500
export const applySeatsPerBatch = 500
/** Seats whose holders one script looks up. */
export const holdersSeatsPerRead = 500
/** How long one isolate believes what it was told of a held seat's holder, and of how many seats: of one event at least. */
export const lockKnownMs = 60_000
export const locksPerIsolateMax = seatsPerEventMax

export const assertionTtlSeconds = 30
export const clockToleranceSeconds = 5
/** Signed writes that one core remembers to have taken, while their signatures are good. */
export const takenWritesMax = 100_000
/** Requests that no edge has signed are a line of core's log so often. */
export const unsignedToldEveryMs = 1_000
export const userTokenTtlSeconds = 7 * 86_400
export const guestTokenTtlSeconds = 86_400
/** How long an admin is signed in, and how long ago at most for what only somebody may do who has just proven who they are. */
export const adminTokenTtlSeconds = 8 * 3_600
export const recentSignInSeconds = 900
/** The session that `holdfast smoke` and `doctor` make for themselves. */
export const commandSessionSeconds = 300
/** Admins of one installation, and the cost of their passwords: bcrypt of less is guessed too fast by who steals it, of more a login takes seconds. */
export const adminsMax = 20
export const adminHashCostMin = 10
export const adminHashCostMax = 14
/** A second factor (RFC 6238): how long each code counts, how many before and after it do too, and how long it is known that one was used. */
export const totpStepSeconds = 30
export const totpStepsAside = 1
export const totpSecretBytes = 20
export const usedCodeKeptMs = 300_000
export const secretBytesMin = 32
/** How long the key before may go on working after a rotation. */
export const keyOverlapSecondsMax = 7 * 86_400
/** Keys of one kind that an app has at a time: the newest, and those that still work beside it. */
export const liveKeysPerKindMax = 3
/** What an admin may write down about an app, as JSON. */
export const metadataBytesMax = 4_096
/** What an organiser may keep with a seat, as JSON. */
export const seatMetadataBytesMax = 2_048
/** How long edges are told that a token is not good any more: as long as it would be. */
export const revocationKeptMs = (userTokenTtlSeconds + clockToleranceSeconds) * 1_000
/** How long the store knows that an account's tokens were ended: those of TicketS may be good as long. */
export const accountRevocationKeptMs = 3_650 * 86_400_000
/** How often an edge reads in Redis what was revoked, and how long it goes by what it has read; then it asks core of each token. */
export const revocationsReadEveryMs = 15_000
export const revocationsTrustedMs = 45_000
/** How long an edge goes by what core said of one token. */
export const standingKnownMs = 30_000
export const standingsPerIsolateMax = 10_000
/** More than these an isolate does not keep: it asks core of each token. */
export const revocationsPerIsolateMax = 100_000
/** What was told so long before is read again: the clock of another Redis that takes over may be behind. */
export const revocationsOverlapMs = 60_000
/** A revocation is told again after so long, for a Redis that has lost its last moments. */
export const revocationToldAgainMs = 20_000
/** How long Redis knows that nothing is missing of what it was told: core says so every few seconds, while it can. */
export const revocationsWholeMs = 30_000
/** How far core looks back for users whom a core of a version before deactivates, while versions change. */
export const deactivatedByOthersMs = 900_000
export const revocationsPerRound = 1_000
/** A transaction that opens or ends sessions of an account. */
export const accountTransactionMs = 3_000
/** Sessions of one account at a time: one more, and the oldest ends. */
export const sessionsPerUserMax = 100
/** Rows of each kind in one export of a person. */
export const personRowsMax = 10_000
export const personAppsPerRead = 500
/** An erasure looks once more so long after: longer than any confirm takes that was under way. */
export const erasedAgainMs = 120_000
export const erasuresPerRound = 100
/** How long it is on record that somebody was erased. */
export const erasureKeptDays = 400
/** How long an app may have names and addresses of buyers kept in bookings, if it sets an end. */
export const buyersKeptDaysMax = 3_650
export const appsKeepingPerRound = 500
export const buyersForgottenPerRead = 500
/** What a session keeps of how its device calls itself. */
export const deviceLengthMax = 200

/**
 * How long the edge believes what core said of an app key: in one isolate, and shared
 * through Redis. Together, with the time that a call of core may take, less than the minute that is promised.
 */
export const verdictIsolateMs = 10_000
export const verdictSharedMs = 40_000
/** How long one isolate keeps an event's chart and the published signing keys. */
export const chartIsolateMs = 10_000
/** How long one isolate remembers that there is no such event. */
export const eventMissIsolateMs = 1_000
/** One call of the cache that edges share; a slow one is passed over. */
export const cacheCallMs = 500
/** What one isolate may keep: app keys, charts and lists of events, and the buckets of its own limiter. */
export const verdictsPerIsolateMax = 10_000
export const chartsPerIsolateBytesMax = 32 * 1024 * 1024
export const eventMissesPerIsolateMax = 1_000
export const bucketsPerIsolateMax = 10_000
/** How many kinds of what is wrong with a request are told at once, and of each how many places. */
export const errorsPerAnswerMax = 20
export const examplesPerErrorMax = 5

/** Receipts that one step appends to the chain of an app. */
export const receiptsPerChainBatch = 200
/** Links, or bookings, that an audit reads at once. */
export const chainLinksPerPage = 500
/** A receipt that is no older need not be in its chain yet. */
export const chainGraceMs = 600_000
/** How long Redis keeps the receipt of a booking that was settled. */
export const receiptKeptMs = 86_400_000

export const idempotencyTtlMs = 86_400_000
export const dayMs = 86_400_000
/** How long a decision against a hold is kept, and an order or payment that no money came of; then they are deleted. */
export const endedHoldKeptDaysDefault = 30
export const unpaidKeptDaysDefault = 90
/** How long it is kept who changed what. */
export const auditLogKeptDaysDefault = 400
/** What a filter of that may say; the names of admins are shorter. */
export const auditFilterLengthMax = 254
/** How many entries of it an export reads at once. */
export const auditEntriesPerRead = 500
/** Never less: far more than a hold and its confirm may take, whatever stands still meanwhile. */
export const keptDaysMin = 7
export const keptDaysMax = 3_650
/** A key that was claimed so long ago and has no answer is ended by repair; its holder has long been out of time. */
export const claimAbandonedMs = 60_000
/** How many of them one round ends, and the pause between two rounds. */
export const claimsPerRound = 100
export const claimsRoundMs = 5_000
/** The highest cost of a bcrypt hash that is taken over: from our own, 10, each step doubles the 93 ms of a login. */
export const bcryptCostMax = 12
export const passwordBytesMin = 8
export const passwordBytesMax = 72
export const typedPasswordLengthMax = 1_000
export const nameLengthMax = 200
export const emailLengthMax = 254
export const originsPerAppMax = 50
export const pageSizeDefault = 50
export const pageSizeMax = 100

/** What is read of a header by which browsers are told from bots: theirs are shorter. */
export const judgedHeaderLengthMax = 512

/** How long a browser that came over TLS asks in no other way: a year. */
export const strictTransportSeconds = 31_536_000

/** Proxies before an edge that it is told of. */
export const trustedProxyHopsMax = 10

/** When to come again after a flood: the period of the first tier in wrangler.toml. */
export const floodRetrySeconds = 10

export const userWritesPerSecondDefault = 10
export const clientWritesPerSecondDefault = 100
export const appWritesPerSecondDefault = 1_000
/** What one client address may read a second, as one isolate counts it; of that, what has a large answer. */
export const clientReadsPerSecondDefault = 50
export const clientLargeReadsPerSecondDefault = 5
export const largeAnswerBytesMin = 64 * 1024
/** How many seconds' worth of them may come at once. */
export const readBurstSeconds = 2
export const readLargeBurstSeconds = 4
/** The same of one address that says it is an app's server, until its key has shown it: then its app's quota counts. */
export const serverReadsPerSecond = appWritesPerSecondDefault
/** What an isolate keeps of the reads of addresses, each kind of caller apart, and of where answers were large. */
export const readBudgetsPerIsolateBytesMax = 4 * 1024 * 1024
export const largePathsPerIsolateBytesMax = 256 * 1024
export const largePathMs = 60_000
/** Of one app: accounts that one client address may begin in a minute, and codes that it may have mailed; a listed one in proportion to its units. */
export const signUpsPerMinute = 20
/** Of one app: wrong passwords of one client address within `loginFailureKeptMs`; a listed one in proportion. Right ones are free. */
export const loginFailuresPerClient = 100
/** Of one app: wrong passwords that cost no time, for an account from one address, and for an account from anywhere. */
export const freeLoginFailuresPerAddress = 5
export const freeLoginFailuresPerAccount = 50
/** Of one app: logins a second by its server that name no buyer's address, so that nobody can be counted by it. */
export const namelessLoginsPerSecond = 5
/** How long a client that has signed in to an account waits only for what went wrong from there, and of how many that is kept. */
export const knownClientMs = 90 * dayMs
export const knownClientsPerAccountMax = 32
/** Looking a password up in a list of those that may not be chosen. */
export const passwordLookUpMs = 2_000
/** Every further one doubles how long the next login must wait, up to this. */
export const loginDelaySecondsMax = 60
/** How long a failed login counts. */
export const loginFailureKeptMs = 3_600_000
/** A code that proves an address: how long it is good, how many guesses it takes, and how many an address gets. */
export const codeTtlMs = 600_000
export const codeDigits = 8
/** As the clients of TicketS read it; such a code signs up, and sets no password of an account whose address is proven. */
export const ticketsCodeDigits = 6
export const codeGuessesMax = 5
export const codesPerAddressMax = 5
/** The window in which the codes of an address are counted. */
export const codesWindowMs = 3_600_000
/** Handing one mail to its server. */
export const mailCallMs = 5_000
/** Events with the most seats sold in the answer of one call of /v1/admin/stats. */
export const topEventsDefault = 10
export const topEventsMax = 50
/** Groups that one total of the store may have. */
export const groupsPerTotalMax = 1_000
/** Wrong app keys of one client address that core is asked about. */
export const keyMissesPerMinute = 30
/** Keys of predecessors that one core has found right and knows again without a bcrypt. */
export const provenKeysMax = 10_000
/** The predecessor TicketS: how long a lock of it lives. */
export const ticketsLockMs = 300_000
/** How old a token of it may be that has no end, in days. */
export const ticketsTokenDaysDefault = 365
/** Its pages lock each chosen seat by itself: ten in one click are ten holds, and ten that run out are ten lapses. */
export const ticketsHolds = { holdTtlMs: 300_000, holdsPerMinute: 300, lapsedHoldsPerOwner: 100 } as const
/**
 * What one user of it and one client address may do a second. Ten chosen seats are ten locks at once, and ten payments or
 * releases; a page reads once a second, and the address of a venue's Wi-Fi has hundreds of pages behind it.
 */
export const ticketsPerSecondDefault = {
  locks: { user: 10, client: 50 },
  reads: { user: 20, client: 1_000 },
  payments: { user: 20, client: 200 },
}
/** Releases without a token that named somebody whose lock it is not, of one address. */
export const ticketsReleaseMissesPerMinute = 10
/** An id of a user with so many characters cannot be guessed. */
export const ticketsUnguessableLengthMin = 20
/** How long one isolate shows the seats as it last read them to all pages. */
export const ticketsSeatsIsolateMs = 250
/** The same of the Unified Booking Backend's lists of seats, as long as nothing has changed; and how much of them. */
export const unifiedSeatsIsolateMs = 250
export const unifiedSeatsPerIsolateBytesMax = 16 * 1024 * 1024
/** How long one isolate remembers whether what is behind it answers. */
export const probeIsolateMs = 1_000
/** How often a payment of it looks again whether the first one with its key has ended, and how long it waits. */
export const ticketsPayTriesMax = 5
export const ticketsPayWaitMs = 400
/** How long a seat is held that was reserved by the Unified Booking Backend's own API. */
export const unifiedHoldTtlMs = 120_000
/** An app's own id of its user or of what it sells, on that API; one that can be no id of ours is known by a digest. */
export const foreignIdLengthMax = 512
/** Seats whose names are asked for at once: those of the bookings on one page. */
export const seatsPerNamingMax = pageSizeMax * seatsPerHoldMax
/** How far down a list that API's pages may lead: the store walks over the rows before. */
export const numberedRowsMax = 5_000
/** What one isolate remembers of the events of seats that are named alone; a seat never changes its event. */
export const seatEventsPerIsolateMax = 50_000
export const seatEventIsolateMs = 3_600_000
