import { accountIdOf, type PersonExport, Problem, personRowsMax } from '@holdfast/contract'
import { adminBooking } from '../bookings/admin-bookings.ts'
import type { Core } from '../context.ts'
import { paymentView } from '../payments/payment-views.ts'
import { everyApp, poolScope } from '../store/store.ts'
import { listSessions } from '../users/sessions.ts'
import { userView } from '../users/user-view.ts'
import type { Person } from './person.ts'

type Context = Pick<Core, 'store' | 'platform'>

const statuses = {
  ACTIVE: 'active',
  CONFIRMED: 'confirmed',
  EXPIRED: 'expired',
  RELEASED: 'released',
} as const

/**
 * Everything that is known of a person, to be given to them.
 *
 * @param withAccount whether the account comes along: to its owner and the operator, not to an app's server.
 * @throws Problem `not_found`: there is no such account.
 */
export async function exportPerson(
  { store, platform }: Context,
  { owner, scope }: Person,
  withAccount: boolean,
): Promise<PersonExport> {
  const all = { limit: personRowsMax + 1 }
  const userId = withAccount ? accountIdOf(owner) : null
  const user = userId === null ? null : await store.get(poolScope, 'users', { userId })
  if (userId !== null && !user) throw new Problem('not_found')
  const bookings = await store.find(scope, 'bookings', { owner }, { ...all, orderBy: 'cursor' })
  const payments = await store.find(scope, 'payments', { owner }, all)
  const holds = await store.find(scope, 'reservations', { owner }, all)
  const { sessions } =
    userId === null
      ? { sessions: [] }
      : await listSessions({ store, platform }, userId, { app: scope === everyApp ? null : scope })
  return {
    person: owner,
    exportedAt: new Date(platform.now()).toISOString(),
    account: user && userView(user),
    sessions: sessions
      .filter(({ app }) => scope === everyApp || app === scope)
      .map(({ current: _, ...session }) => session),
    bookings: bookings
      .slice(0, personRowsMax)
      .map((booking) => ({ ...adminBooking(booking), receipt: booking.receipt })),
    payments: payments.slice(0, personRowsMax).map((payment) => {
      const { booking: _, refunds: __, ...view } = paymentView(payment, null, [])
      return { ...view, app: payment.appId }
    }),
    holds: holds.slice(0, personRowsMax).map(({ appId, eventId, grantId, status, seats, createdAt }) => ({
      ...{ app: appId, event: eventId, hold: grantId, status: statuses[status], seats },
      createdAt: createdAt.toISOString(),
    })),
    isWhole: [bookings, payments, holds].every(({ length }) => length <= personRowsMax),
  }
}
