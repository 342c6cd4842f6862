import { type ConfirmCommand, type PinReport, pinLeaseMs } from '@holdfast/contract'
import { assertAlive } from '../http/admission.ts'
import { type Keeping, lateSaleMsOf } from '../retention.ts'

/**
 * Why a commit cannot reopen a decision that was deleted.
 *
 * A decision EXPIRED or RELEASED is deleted R after it was made (`expiresAt`; R is `retention`, 7 days at least). From
 * then on its grant is as absent as one that nobody has decided, and the fence of `commitBooking` would let a commit pass.
 * No commit comes so late:
 *
 * 1. A commit is asked for with what begin-confirm answered. It may be decided only while that report is younger than the
 *    lease (`reportOverAtMs`: counted from before the edge asked), and only within R/2 of the end of its hold
 *    (`holdOverAtMs`: Redis may tell of a hold for ever that nobody has swept).
 * 2. That is looked at *inside* the transaction, after its first statement, which has written the decision. So a core that
 *    stands still for a month before that statement, or between any two lines before, finds its time over and commits
 *    nothing. Stands it still afterwards, what it wrote is an open transaction: a MongoDB ends it after
 *    `transactionLifetimeLimitSeconds` (60 s, and `doctor` asks for 15), and until then the key is its own: whoever decides
 *    against the grant waits or conflicts. SQLite has one writer: while the transaction is open nothing is decided and
 *    nothing is purged.
 * 3. A grant is made once, C. It ends at most `holdLifetimeMsMax` and a lease later, E <= C + 2 h 1 min, by Redis's clock.
 *    A decision against it, D, comes after C. The commit's fence was written at T < E + R/2, so
 *    T < D + 2 h 1 min + R/2 < D + R, as long as the clocks of Redis, core and the database differ by less than
 *    R/2 - 2 h 1 min: more than three days. Before D + R the decision is there, and the fence fails.
 *
 * A decision that is made after the fence was written is the fence's usual business.
 */
export function assertTimely(keeping: Keeping, command: ConfirmCommand, pin: Pinned): void {
  assertAlive(keeping.platform, Math.min(reportOverAtMs(command), holdOverAtMs(keeping, pin)))
}

type Pinned = Extract<PinReport, { word: 'pinned' }>

/** When what begin-confirm reported is too old to decide on. An older edge does not say when it asked: within its budget. */
export const reportOverAtMs = ({ pinAskedAtMs }: Pick<ConfirmCommand, 'pinAskedAtMs'>): number =>
  pinAskedAtMs === undefined ? Number.POSITIVE_INFINITY : pinAskedAtMs + pinLeaseMs

/** When a hold has been over for so long that what was decided of it may soon be gone. */
export const holdOverAtMs = (keeping: Pick<Keeping, 'retention'>, { until }: Pinned): number =>
  until + lateSaleMsOf(keeping)
