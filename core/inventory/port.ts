import type {
  AppId,
  BookingId,
  EventId,
  GrantId,
  HoldKey,
  LimitScope,
  PricedSeat,
  Principal,
  SaleStatus,
  SeatId,
  Ticket,
} from '@holdfast/contract'

/** Names the inventory of one event. */
export interface EventRef {
  readonly appId: AppId
  readonly eventId: EventId
}

/** Names one booking. */
export interface BookingRef {
  readonly appId: AppId
  readonly bookingId: BookingId
}

/** A hold as the inventory keeps it. `expired` is also said of a held one whose time is over but which nobody swept yet. */
export interface Hold {
  readonly grantId: GrantId
  readonly owner: Principal
  readonly status: 'held' | 'confirming' | 'confirmed' | 'expired' | 'released'
  readonly seats: readonly PricedSeat[]
  readonly currency: string
  readonly createdAtMs: number
  /** When it expires; when it ended, of an ended one. */
  readonly untilMs: number
  readonly bookingId: BookingId | null
}

/** The event's settings that the scripts enforce; a higher `rev` is newer. */
export interface EventSettings {
  readonly rev: number
  readonly sale: SaleStatus
  /** No hold before, and none from then on; null: no such time. */
  readonly onSaleAtMs: number | null
  readonly offSaleAtMs: number | null
  readonly holdTtlMs: number
  readonly holdLifetimeMs: number
  readonly seatsHeldPerOwner: number
  readonly holdsPerMinute: number
  /** So many holds that ran out unconfirmed, and the owner must pause for `coolDownMs` after the last. */
  readonly lapsedHoldsPerOwner: number
  readonly coolDownMs: number
  readonly currency: string
}

/** A seat as read from the store just now. */
export interface SeatTruth {
  readonly seatId: SeatId
  readonly index: number
  readonly rev: number
  readonly price: number
  readonly state: 'AVAILABLE' | 'BOOKED'
  readonly blocked: boolean
  readonly grantId: GrantId | null
  readonly bookingId: BookingId | null
}

/** One change, from the log. `seats` are those of the hold that made it; `marks` the bytes it put into the map. */
export interface Change {
  readonly ver: number
  readonly kind: 'hold' | 'extend' | 'release' | 'pin' | 'apply' | 'expire' | 'publish'
  readonly atMs: number
  readonly grantId: GrantId | null
  readonly owner: Principal | null
  /** The digest of the client address that the hold counts for; null: it is not known. */
  readonly address: string | null
  readonly untilMs: number
  readonly seats: readonly PricedSeat[]
  readonly marks: readonly { readonly index: number; readonly byte: string }[]
}

/** What every reply carries: the script's own clock, from which remaining times are computed. */
interface At {
  readonly nowMs: number
}
/** The event's inventory is not built. Never "all free": core builds it. */
interface NotReady extends At {
  readonly word: 'not_ready'
}
/** No such hold of this owner, or its inventory (and so the hold) is gone. */
interface Absent extends At {
  readonly word: 'not_found' | 'lost'
}
interface Ended extends At {
  readonly word: 'expired' | 'released' | 'confirmed'
  readonly hold: Hold
}
interface Taken extends At {
  readonly word: 'taken'
  readonly seats: readonly SeatId[]
}
interface WithHold<Word extends string> extends At {
  readonly word: Word
  readonly hold: Hold
}

/** More than the owner, the client address, or its network may hold; some of it is free again from then on. */
interface TooMany extends At {
  readonly word: 'too_many'
  readonly scope: LimitScope
  readonly againAtMs: number
  /** How many units may be held; null: it is for how long, or what one owner may hold of what many share. */
  readonly limit: number | null
}

export type HoldReply =
  | WithHold<'held' | 'held_over' | 'replayed'>
  | (At & { readonly word: 'unknown_seat'; readonly seats: readonly SeatId[] })
  /** `own`: holds of this very owner among those that have the seats. */
  | (At & {
      readonly word: 'unavailable'
      readonly seats: readonly SeatId[]
      readonly own: readonly GrantId[]
    })
  | (At & { readonly word: 'key_reused' | 'sale_closed' })
  | TooMany
  | (At & { readonly word: 'sale_not_started'; readonly againAtMs: number })
  /** `limit`: holds that may run out, or be made in a minute. */
  | (At & {
      readonly word: 'cooling_down' | 'too_fast'
      readonly againAtMs: number
      readonly limit: number
    })
  | NotReady
export type ExtendReply = WithHold<'extended' | 'cannot_extend'> | TooMany | Ended | Taken | Absent | NotReady
export type ReleaseReply = WithHold<'confirming'> | Ended | Absent | NotReady
export type PinReply = WithHold<'pinned'> | Ended | Taken | Absent | NotReady
export type ReadReply = WithHold<'hold'> | Absent | NotReady
export type ReassignReply = WithHold<'reassigned'> | TooMany | Ended | Absent | NotReady
export type OwnedReply = (At & { readonly word: 'owned'; readonly holds: readonly Hold[] }) | NotReady
export type HoldersReply = (At & { readonly word: 'holders'; readonly holders: readonly Holder[] }) | NotReady
export type ApplyReply = (At & { readonly word: 'applied' }) | NotReady
export type ConfigureReply = (At & { readonly word: 'configured' }) | NotReady
export type DueReply =
  | (At & {
      readonly word: 'due'
      readonly epoch: number
      /** Whether somebody may be forgotten. */
      readonly hasIdle: boolean
      readonly holds: readonly DueHold[]
    })
  | NotReady
export type SweepReply = (At & { readonly word: 'swept' }) | NotReady
export type ForgetReply = (At & { readonly word: 'forgotten' }) | NotReady
export type LoadReply = At & { readonly word: 'loaded' }
export type PublishReply =
  | (At & { readonly word: 'published' })
  | (At & { readonly word: 'stale'; readonly epoch: number })
  | (At & { readonly word: 'incomplete'; readonly count: number })
export type SnapshotReply =
  | (At & { readonly word: 'snapshot'; readonly epoch: number; readonly ver: number; readonly map: string })
  | NotReady
export type CheckReply =
  | (At & {
      readonly word: 'checked'
      readonly epoch: number
      readonly ver: number
      readonly mapLength: number
      /** Whether the queue of what is due has its sentinel, without which it goes away when it is empty. */
      readonly hasDue: boolean
      /** Whether the log has its newest entry. */
      readonly hasLog: boolean
      /** Open holds, and owners and addresses that are not forgotten yet: somebody must look at them some time. */
      readonly waiting: number
    })
  | NotReady
export type MendReply = (At & { readonly word: 'mended' }) | NotReady
export type ChangesReply =
  | (At & { readonly word: 'changes'; readonly newestVer: number; readonly changes: readonly Change[] })
  | (At & { readonly word: 'gap'; readonly epoch: number; readonly ver: number })
  | NotReady

/** A receipt, whose it is, and whether the ticket was good when the store was read last. */
export interface KeptReceipt {
  readonly owner: Principal
  readonly ticket: Ticket
  readonly receipt: string
}

export type KeepReply = At & { readonly word: 'kept' }
export type ReceiptReply =
  | (At & KeptReceipt & { readonly word: 'receipt' })
  | (At & { readonly word: 'absent' })

/** The tokens of `subject` (a principal, or the id of one token) that were made before `since`, in seconds, are not good any more. */
export interface Revocation {
  readonly subject: string
  readonly since: number
}

export type RevokeReply = At & { readonly word: 'revoked' }
/** `isWhole`: nothing is missing of what core knows; `count` is of all that are kept. */
export type RevocationsReply = At & {
  readonly word: 'revocations'
  readonly isWhole: boolean
  readonly count: number
  readonly told: readonly Revocation[]
}

/** A seat that somebody holds, with their grant. A confirming one stays theirs until it is decided, whatever the time. */
export interface Holder {
  readonly seatId: SeatId
  readonly status: 'held' | 'confirming'
  readonly grantId: GrantId
  readonly owner: Principal
  readonly untilMs: number
}

/** A hold that somebody must look at. `gone`: nothing is left of it but its place in the queue. */
export interface DueHold {
  readonly grantId: GrantId
  readonly status: Hold['status'] | 'gone'
}

/**
 * `lapsed`: free it if its time is over and it is not confirming. `decided`: the store has decided against it.
 * `confirmed`: the store has decided for it, and its seats were applied; what still names it was sold anew since.
 */
export interface Verdict {
  readonly grantId: GrantId
  readonly verdict: 'lapsed' | 'decided' | 'released' | 'confirmed'
}

/**
 * The client address that a hold counts for, beside its owner, until it ends: by the hold, whoever calls, since phones change
 * networks. Digests, so that Redis has no address.
 */
export interface HoldClient {
  readonly address: string
  /** The /48 of an IPv6 address, which may hold four times as much. */
  readonly network: string | null
  /** How many units (what one person takes: a seat) the address may hold at a time; also bounds how long it holds them. */
  readonly units: number
  /** How many of them one owner may hold when more than half are held, so that one does not take what is left for all. */
  readonly ownerShare: number
  /** Whether more is refused. Else the reply tells it. */
  readonly isEnforced: boolean
}

/** What a buyer asks for. */
export interface HoldCall {
  readonly holdKey: HoldKey
  readonly owner: Principal
  /** One for each call, the same for its redeliveries: it tells a redelivery from a replay. */
  readonly operationId: string
  /** The event's own when absent. */
  readonly ttlMs?: number
  readonly seats: readonly SeatId[]
  /** Absent: it counts for its owner alone. */
  readonly client?: HoldClient
}

/**
 * The live seat state of events, in Redis.
 *
 * Every call is one atomic script, safe to deliver any number of times: the state and the reply stay the same.
 * Calls may run at once from anywhere; Redis orders them. Expected outcomes are replies; `InventoryFault` means
 * that no usable reply came within the deadline, so the script may or may not have run, and the caller may call again.
 * Times are milliseconds of Redis's clock; prices are minor units.
 */
export interface Inventory {
  /** Holds all of the seats for the owner, or none. */
  hold(event: EventRef, call: HoldCall): Promise<HoldReply>
  /**
   * Lets a hold live one more TTL from now, within the event's lifetime of a hold, and, where that is enforced, within what its
   * address may hold for how long.
   */
  extend(
    event: EventRef,
    grant: GrantId,
    owner: Principal,
    operationId: string,
    isEnforced: boolean,
  ): Promise<ExtendReply>
  /** Gives the seats of a held hold back. */
  release(event: EventRef, grant: GrantId, owner: Principal): Promise<ReleaseReply>
  /**
   * Makes the seats CONFIRMING for at least `leaseMs`, once a grant; there is no un-pin.
   *
   * @param owner null: whosever it is by now, for what core does for nobody in particular.
   */
  pin(event: EventRef, grant: GrantId, owner: Principal | null, leaseMs: number): Promise<PinReply>
  /** @param owner as of `pin` */
  read(event: EventRef, grant: GrantId, owner: Principal | null): Promise<ReadReply>
  /** Gives an open hold to another owner, who may then hold no more than any. */
  reassign(event: EventRef, grant: GrantId, from: Principal, to: Principal): Promise<ReassignReply>
  /** What an owner holds of the event now, a confirm that is under way included: at most what one owner may hold. */
  owned(event: EventRef, owner: Principal): Promise<OwnedReply>
  /** Who holds these seats (at most `holdersSeatsPerRead`); those that nobody holds are left out. */
  holders(event: EventRef, seats: readonly SeatId[]): Promise<HoldersReply>
  /** Brings seats (at most `applySeatsPerBatch`, each once) in line with the store; older revisions are passed over. */
  apply(event: EventRef, seats: readonly SeatTruth[]): Promise<ApplyReply>
  configure(event: EventRef, settings: EventSettings): Promise<ConfigureReply>
  /** The holds whose time has come, oldest first, after passing over `skip` of them. */
  due(event: EventRef, skip: number, limit: number): Promise<DueReply>
  /** Frees what is over. How a hold ended is kept for an hour. */
  sweep(event: EventRef, verdicts: readonly Verdict[]): Promise<SweepReply>
  /** Forgets owners and addresses, of at most `limit`, of whom nothing counts any more. */
  forget(event: EventRef, limit: number): Promise<ForgetReply>
  /** Writes a page of seats (at most `applySeatsPerBatch`) of a build that nobody sees yet. */
  load(event: EventRef, epoch: number, seats: readonly SeatTruth[]): Promise<LoadReply>
  /** Puts a build in place if it is newer and has `count` seats. */
  publish(event: EventRef, epoch: number, count: number, settings: EventSettings): Promise<PublishReply>
  /** The availability of the whole event, one byte a seat (`seatBytes`); advisory. */
  snapshot(event: EventRef): Promise<SnapshotReply>
  /** Whether the parts of the inventory are as they must be. */
  check(event: EventRef): Promise<CheckReply>
  /**
   * Makes the map, and the queue of what is due, say of these seats (at most `applySeatsPerBatch`) what the seats say
   * themselves; with the last page of an event also what ends a mending. Holds stay as they are.
   */
  mend(event: EventRef, seats: readonly SeatId[], isLast: boolean): Promise<MendReply>
  /** The changes after `ver`, in order and without gaps. */
  changesSince(event: EventRef, epoch: number, ver: number, limit: number): Promise<ChangesReply>
  /** Keeps a receipt as the store has it, so that edges can show it again without core. */
  keepReceipt(booking: BookingRef, kept: KeptReceipt, ttlMs: number): Promise<KeepReply>
  /** The receipt of a booking and whose it is; `absent` says nothing of the booking, only the store does. */
  receipt(booking: BookingRef): Promise<ReceiptReply>
  /**
   * Tells edges of revocations, which they hear of for `revocationKeptMs`; `isWhole`: these are the last of all there are, which is
   * believed for `revocationsWholeMs`.
   */
  revoke(revocations: readonly Revocation[], isWhole: boolean): Promise<RevokeReply>
  /** What was told since a time on Redis's clock, in that order: of one moment, for what is told again takes another place. */
  revocations(sinceMs: number, limit: number): Promise<RevocationsReply>
}

/** No reply within the deadline, or none that makes sense. Carries nothing of what came: that contains keys and values. */
export class InventoryFault extends Error {
  constructor(script: string, reason: 'no reply' | 'unreadable reply' = 'no reply') {
    super(`${reason} to ${script}`)
    this.name = 'InventoryFault'
  }
}
