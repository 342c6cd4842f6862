import {
  auditLogKeptDaysDefault,
  dayMs,
  endedHoldKeptDaysDefault,
  type Platform,
  unpaidKeptDaysDefault,
} from '@holdfast/contract'

/** How long the store keeps what is over. */
export interface Retention {
  /** Decisions against holds: EXPIRED and RELEASED. */
  readonly endedHoldMs: number
  /** Orders and payments that no money came of. */
  readonly unpaidMs: number
  /** Who changed what. */
  readonly auditLogMs: number
}

/** How long that is where nothing is set. */
export const retentionDefault: Retention = {
  endedHoldMs: endedHoldKeptDaysDefault * dayMs,
  unpaidMs: unpaidKeptDaysDefault * dayMs,
  auditLogMs: auditLogKeptDaysDefault * dayMs,
}

/** What knows how long things are kept; where nothing is said it is the default. */
export interface Keeping {
  readonly platform: Pick<Platform, 'now'>
  readonly retention?: Retention
}

/** How long decisions against holds are kept. */
const endedHoldMsOf = ({ retention }: Pick<Keeping, 'retention'>): number =>
  (retention ?? retentionDefault).endedHoldMs

/** How long after its end a hold may still be sold: half of that, so that the other half is left for clocks that differ. */
export const lateSaleMsOf = (keeping: Pick<Keeping, 'retention'>): number => endedHoldMsOf(keeping) / 2

/** When what is decided against a hold now may go: for the transaction that decides it, and nobody else. */
export const endedHoldExpiry = (keeping: Keeping): Date =>
  new Date(keeping.platform.now() + endedHoldMsOf(keeping))

/** When an order or a payment may go that has come to rest now without money. */
export const unpaidExpiry = ({ platform, retention }: Keeping): Date =>
  new Date(platform.now() + (retention ?? retentionDefault).unpaidMs)

/** When it may be forgotten who changed something at this moment. */
export const auditLogExpiry = (at: Date, { retention }: Pick<Keeping, 'retention'>): Date =>
  new Date(at.getTime() + (retention ?? retentionDefault).auditLogMs)
