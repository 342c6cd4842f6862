import type { Asked, Route } from './routes.ts'
import { type Props, stagePassword } from './stage.ts'

const route = (
  caller: Route['caller'],
  method: string,
  path: string,
  ask: (props: Props) => Asked = () => ({}),
): Route => ({ api: 'tickets', name: `${method} ${path}`, method, path, caller, ask })

/** The routes of TicketS, from its contract. */
export const ticketsRoutes: readonly Route[] = [
  route('anybody', 'GET', '/api/seats'),
  route('buyer', 'POST', '/api/lock', ({ freeSeat: seatId }) => ({ body: { seatId } })),
  route('buyer', 'POST', '/api/pay', ({ lockedSeat: seatId, fresh }) => ({
    body: { seatId, idempotencyKey: `pay-${fresh}` },
  })),
  route('buyer', 'POST', '/api/release', ({ lockedSeat: seatId }) => ({ body: { seatId } })),
  route('anybody', 'POST', '/api/auth/register', ({ fresh }) => ({
    body: { email: `tickets-${fresh}@holdfast.test` },
  })),
  route('anybody', 'POST', '/api/auth/verify-register', ({ codeEmail: email, code: otp }) => ({
    body: { email, otp, password: stagePassword, phone: '12345' },
  })),
  route('anybody', 'POST', '/api/auth/login', ({ email }) => ({ body: { email, password: stagePassword } })),
]
