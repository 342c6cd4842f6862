import { type Caller, type Operation, type OperationId, operations } from '@holdfast/contract/operations'
import { secrets } from './secrets.ts'
import { type Props, stagePassword } from './stage.ts'
import { ticketsRoutes } from './tickets-routes.ts'
import { unifiedRoutes } from './unified-routes.ts'

/** What of a request differs from route to route. */
export interface Asked {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** One route of one of the three APIs, and a request that it grants. */
export interface Route {
  readonly api: 'v1' | 'unified' | 'tickets'
  readonly name: string
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
  /** `pool`: needs no app, but a key that is shown must be good. */
  readonly caller: Caller | 'pool'
  /** Whom the request is granted to, if not to everybody who may call. */
  readonly grantedTo?: 'server'
  readonly ask: (props: Props) => Asked
}

/** What the examples of the reference cannot know. */
const bodies: Partial<Record<OperationId, (props: Props) => unknown>> = {
  createHold: () => ({ seats: ['S-5'] }),
  confirmHold: ({ fresh }) => ({ payment: { id: `pay_new_${fresh}` } }),
  previewCancellation: () => ({}),
  cancelBooking: () => ({}),
  blockSeats: () => ({ seats: ['S-6'] }),
  unblockSeats: () => ({ seats: ['S-7'] }),
  signUp: ({ provenEmail: email, emailCode: code }) => ({
    email,
    code,
    password: stagePassword,
    name: 'New',
  }),
  sendCode: ({ fresh }) => ({ email: `asks-${fresh}@holdfast.test` }),
  resetPassword: ({ email, ownCode: code }) => ({ email, code, password: stagePassword }),
  changePassword: () => ({ password: stagePassword, newPassword: `${stagePassword} staple` }),
  changeEmail: ({ provenEmail: email, emailCode: code }) => ({ email, code, password: stagePassword }),
  logIn: ({ email }) => ({ email, password: stagePassword }),
  exportPerson: ({ ids }) => ({ person: `ext:${ids.shopId}:user-1` }),
  erasePerson: ({ ids }) => ({ person: `ext:${ids.shopId}:user-1` }),
  exportAnybody: ({ ids }) => ({ person: `pool:${ids.userId}` }),
  eraseAnybody: ({ ids }) => ({ person: `pool:${ids.userId}` }),
  eraseMe: () => ({ password: stagePassword }),
  mergeGuest: ({ guestToken }) => ({ guestToken }),
  logInAdmin: () => ({ email: secrets.admin.email, password: secrets.admin.password }),
  retryPayment: ({ ids: { shopId: app, paymentId: payment } }) => ({
    ...{ app, provider: 'simulated', account: 'default', payment },
  }),
  settleRefundByHand: ({ ids }) => ({ app: ids.shopId }),
  retryOutboxRow: ({ ids }) => ({ app: ids.shopId }),
  hearProvider: () => ({ event: 'invoice.paid', payload: {} }),
}

/** A buyer cancels within terms that the event has not got; its organiser may at any time. */
const isForServer = ({ path }: Operation) => path.includes('/cancel')

const isAboutHold = ({ path }: Operation) => path.includes('/holds/')

const ownRoutes: readonly Route[] = Object.entries<Operation>(operations).map(([id, operation]) => ({
  ...{ api: 'v1', name: id, method: operation.method, path: operation.path, caller: operation.caller },
  ...(isForServer(operation) && { grantedTo: 'server' }),
  ask(props) {
    const { query, body } = operation.example
    const eventId = isAboutHold(operation) ? props.ids.twinId : props.ids.eventId
    const params = { ...props.ids, eventId, provider: 'razorpay', account: 'default' }
    const own = bodies[id as OperationId]?.(props) ?? body
    return { params, ...(query && { query }), ...(own !== undefined && { body: own }) }
  },
}))

/** Every route there is. */
export const routes: readonly Route[] = [...ownRoutes, ...unifiedRoutes, ...ticketsRoutes]

/** Where a request goes. */
export function pathOf({ path }: Pick<Route, 'path'>, { params = {}, query = {} }: Asked): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(params[name]?.toWellFormed() ?? ''),
  )
  const search = new URLSearchParams(query).toString()
  return search ? `${filled}?${search}` : filled
}
