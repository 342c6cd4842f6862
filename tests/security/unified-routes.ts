import { EventId, GrantId } from '@holdfast/contract'
import { reservationToken } from '../../edge/src/compat/unified-booking/ids.ts'
import { seatPrice } from '../support/selling.ts'
import type { Asked, Route } from './routes.ts'
import { secrets } from './secrets.ts'
import { type Ids, type Props, stagePassword } from './stage.ts'

/** A reservation of the hold. */
const tokenOf = ({ twinId, holdId }: Ids) =>
  reservationToken({
    ...{ eventId: EventId.parse(twinId), grantId: GrantId.parse(holdId) },
    ...{ total: seatPrice, currency: 'EUR' },
  })

const route = (
  caller: Route['caller'],
  method: string,
  path: string,
  ask: (props: Props) => Asked = () => ({}),
): Route => ({ api: 'unified', name: `${method} ${path}`, method, path, caller, ask })

const app = ({ ids: { appId } }: Props) => ({ params: { appId } })

/** The routes of the Unified Booking Backend, from its contract. */
export const unifiedRoutes: readonly Route[] = [
  route('anybody', 'GET', '/'),
  route('anybody', 'GET', '/health'),
  route('pool', 'POST', '/auth/signup', ({ fresh }) => ({
    body: { email: `unified-${fresh}@holdfast.test`, password: stagePassword, name: 'New' },
  })),
  route('pool', 'POST', '/auth/login', ({ email }) => ({ body: { email, password: stagePassword } })),
  route('pool', 'POST', '/auth/verify', ({ token }) => ({ body: { token } })),
  route('buyer', 'GET', '/seats', ({ ids }) => ({ query: { entityId: ids.eventId } })),
  route('buyer', 'GET', '/seats/status', ({ ids }) => ({ query: { entityId: ids.eventId } })),
  route('buyer', 'POST', '/reserve-seat', ({ ids }) => ({ body: { seatId: `${ids.eventId}:S-5` } })),
  route('buyer', 'POST', '/create-order', ({ ids }) => ({
    body: { reservationToken: tokenOf(ids), amount: seatPrice / 100 },
  })),
  route('buyer', 'POST', '/confirm-booking', ({ ids, fresh }) => ({
    body: { reservationToken: tokenOf(ids), paymentId: `pay_unified_${fresh}` },
  })),
  route('buyer', 'POST', '/release-seat', ({ ids }) => ({ body: { reservationToken: tokenOf(ids) } })),
  route('buyer', 'GET', '/my-bookings', () => ({ query: { page: '1', limit: '10' } })),
  route('buyer', 'GET', '/booking/{bookingId}', ({ ids: { bookingId } }) => ({ params: { bookingId } })),
  route('provider', 'POST', '/webhook/razorpay', () => ({ body: { event: 'invoice.paid', payload: {} } })),
  route('anybody', 'POST', '/admin/login', () => {
    const { username, password } = secrets.admin
    return { body: { username, password } }
  }),
  route('admin', 'POST', '/admin/apps', () => ({
    body: { name: 'Mine', domain: 'BUS', allowedDomains: ['bus.example'] },
  })),
  route('admin', 'GET', '/admin/apps', () => ({ query: { page: '1', limit: '10' } })),
  route('admin', 'GET', '/admin/apps/{appId}', app),
  route('admin', 'PATCH', '/admin/apps/{appId}', (props) => ({ ...app(props), body: { name: 'Mine' } })),
  route('admin', 'PUT', '/admin/apps/{appId}', (props) => ({ ...app(props), body: { name: 'Mine' } })),
  route('admin', 'DELETE', '/admin/apps/{appId}', app),
  route('admin', 'POST', '/admin/apps/{appId}/rotate-key', (props) => ({ ...app(props), body: {} })),
  route('admin', 'GET', '/admin/bookings', () => ({ query: { page: '1', limit: '10' } })),
  route('admin', 'GET', '/admin/stats'),
  route('server', 'POST', '/admin/sync-seats', ({ ids }) => ({
    body: { entityId: ids.eventId, seats: [{ seatNumber: 'Z1', price: 250 }] },
  })),
]
