import {
  BookingId,
  BookingView,
  DeliveryView,
  EndpointList,
  GrantId,
  HoldView,
  PaymentId,
  RefundId,
  UserSession,
} from '@holdfast/contract'
import { decodeJwt } from 'jose'
import { everyApp, poolScope, type ReadScope } from '../../core/src/store/store.ts'
import { endToken } from '../../core/src/users/sessions.ts'
import { updateUser } from '../../core/src/users/update-user.ts'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { told } from '../e2e/client.ts'
import { codeIn } from '../support/letters.ts'
import { seatPrice, seatsTo } from '../support/selling.ts'
import { boundEvent, onPage, onServer, openWorld, type Sent, type Shop, type World } from './world.ts'

/** Ids that a request can name: of what is there, or of what is not. */
export interface Ids {
  /** An app that nobody needs any more. */
  readonly appId: string
  /** The app that has sold and owes. */
  readonly shopId: string
  /** An event that no other app has an event beside. */
  readonly eventId: string
  /** The event of the hold: another app has one of the same id. */
  readonly twinId: string
  readonly holdId: string
  readonly bookingId: string
  readonly paymentId: string
  readonly refundId: string
  readonly userId: string
  /** Where the buyer is signed in as well. */
  readonly sessionId: string
  /** Where the app is told what happens, and one message to it. */
  readonly endpointId: string
  readonly deliveryId: string
  /** A promise to the app that was given up. */
  readonly rowId: string
}

/** What a request needs beside ids: what is free, what is new, and who signs in. */
export interface Props {
  readonly ids: Ids
  readonly email: string
  readonly token: string
  /** Of a guest of the app. */
  readonly guestToken: string
  /** An address that was mailed a code for an account of ours, and the code. */
  readonly provenEmail: string
  readonly emailCode: string
  /** The same of the buyer’s own address. */
  readonly ownCode: string
  /** A seat of the event of TicketS that the buyer has locked, and one that is free. */
  readonly lockedSeat: string
  readonly freeSeat: string
  /** An address that asked TicketS for a code, and the code. */
  readonly codeEmail: string
  readonly code: string
  /** Differs from stage to stage. */
  readonly fresh: string
}

/** Everything that a route may be asked for, of one buyer of the first app. */
export interface Stage extends Props {
  readonly world: World
  readonly buyer: Readonly<Record<string, string>>
  /** The buyer, signed in to the other app. */
  readonly elsewhere: Readonly<Record<string, string>>
  /** Another buyer of the same app. */
  readonly stranger: Readonly<Record<string, string>>
}

/** Seats of the event that all stages share. */
const boundSeats = 500
let stages = 0
/** How many stages stand on a world: each has two seats of the event that they share. */
const stagesOn = new WeakMap<World, number>()

const password = 'correct horse battery'
export const stagePassword = password

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Sends what must go well. */
async function doing(world: World, request: Sent): Promise<ApiAnswer> {
  const answer = await world.send(request)
  if (answer.status >= 300) throw new Error(`${request.method} ${request.path}: ${answer.text}`)
  return answer
}

/** Puts an event with seats `S-1`, `S-2` ... on sale. */
export async function sell(world: World, shop: Shop, eventId: string, count = 12): Promise<void> {
  const [path, head] = [`/v1/events/${eventId}`, onServer(shop)]
  await doing(world, { method: 'PUT', path, headers: head, body: { name: 'Play', currency: 'EUR' } })
  await doing(world, { method: 'PUT', path: `${path}/seats`, headers: head, body: { seats: seatsTo(count) } })
}

/** Opens what all stages of a world stand on. */
export const openStages = (world: World) => sell(world, world.shop, boundEvent, boundSeats)

/** The code that was mailed to an address just now. */
async function mailedTo(world: World, email: string): Promise<string> {
  await doing(world, {
    method: 'POST',
    path: '/v1/auth/codes',
    headers: onServer(world.shop),
    body: { email },
  })
  return codeIn(world.letters.at(-1))
}

/** Signs somebody up with the first app. */
export async function signUp(world: World, email: string, chosen = password): Promise<UserSession> {
  const body = { email, password: chosen, name: 'Ada', code: await mailedTo(world, email) }
  const request = { method: 'POST', path: '/v1/auth/signup', headers: onServer(world.shop), body }
  return told(201, UserSession, await doing(world, request))
}

/** Signs somebody in with an app. */
export async function signIn(world: World, shop: Shop, email: string): Promise<UserSession> {
  const request = {
    method: 'POST',
    path: '/v1/auth/login',
    headers: onPage(shop),
    body: { email, password },
  }
  return told(200, UserSession, await doing(world, request))
}

/** Waits until nothing that was promised is still to do. */
export async function settled({ store }: World, scope: ReadScope = everyApp): Promise<void> {
  const open = () => store.count(scope, 'outbox', { status: 'READY', kind: { in: ['settle', 'apply'] } })
  while ((await open()) > 0) await new Promise((resolve) => setImmediate(resolve))
}

/** Money that the app owes a buyer of its own, which it may say that it has given back. */
async function owe({ store, core }: World, { appId }: Shop, refundId: RefundId, booking: BookingView) {
  await store.insert(appId, 'refunds', {
    ...{ appId, refundId, provider: 'simulated', account: 'default', reason: 'cancelled', state: 'OWED' },
    paymentId: booking.payment.id ?? PaymentId.parse('none'),
    ...{ bookingId: booking.id, owner: 'guest:g' as never, amount: seatPrice, currency: 'EUR' },
    ...{ dueAt: null, attempts: 0, createdAt: new Date(core.platform.now()) },
  } as never)
}

/** An endpoint of the app, and a message that is on its way there. */
async function listen(world: World, shop: Shop, endpointId: string): Promise<string> {
  const [path, headers] = [`/v1/webhooks/${endpointId}`, onServer(shop)]
  const body = { url: 'https://shop.example/hooks', events: ['booking.confirmed'] }
  // An app has few of them: that of the stage before is not needed any more.
  const { webhooks } = told(
    200,
    EndpointList,
    await doing(world, { method: 'GET', path: '/v1/webhooks', headers }),
  )
  for (const { id } of webhooks) {
    await doing(world, { method: 'DELETE', path: `/v1/webhooks/${id}`, headers })
  }
  await doing(world, { method: 'PUT', path, headers, body })
  return told(
    201,
    DeliveryView,
    await doing(world, { method: 'POST', path: `${path}/test`, headers, body: {} }),
  ).id
}

/** A promise that was given up, of an event that is told what the store has when it is made good. */
async function giveUp({ store, core }: World, { appId }: Shop, rowId: string, eventId: string) {
  const at = new Date(core.platform.now())
  await store.insert(appId, 'outbox', {
    ...{ appId, rowId, kind: 'apply', eventId, subject: eventId, seats: [], proof: null, notice: null },
    ...{ status: 'DEAD', attempts: 10, dueAt: at, createdAt: at, expiresAt: null },
  } as never)
}

/** Sets the stage for one route. */
export async function setStage(world: World): Promise<Stage> {
  stages += 1
  const fresh = `s${stages}`
  const { shop, other } = world
  const [eventId, twinId, email] = [`only-${fresh}`, `twin-${fresh}`, `ada-${fresh}@holdfast.test`]
  await sell(world, shop, eventId)
  await sell(world, shop, twinId)
  await sell(world, other, twinId)
  const [ada, bob] = [await signUp(world, email), await signUp(world, `bob-${fresh}@holdfast.test`)]
  const buyer = bearer(ada.token)
  const asBuyer = { ...onPage(shop), ...buyer }
  const hold = async (seat: string, sent: Readonly<Record<string, string>> = asBuyer) => {
    const path = `/v1/events/${twinId}/holds`
    const body = { seats: [seat] }
    return told(201, HoldView, await doing(world, { method: 'POST', path, headers: sent, body }))
  }
  const [held, sold] = [await hold('S-1'), await hold('S-2')]
  // An inventory takes a hold that is newer than itself for one that it has lost: the twin is not to be older.
  const elsewhere = bearer((await signIn(world, other, email)).token)
  for (const seat of ['S-3', 'S-4']) await hold(seat, { ...onPage(other), ...elsewhere })
  const path = `/v1/events/${twinId}/holds/${sold.id}/confirm`
  const body = { payment: { id: `pay_${fresh}` } }
  const booking = told(201, BookingView, await doing(world, { method: 'POST', path, headers: asBuyer, body }))
  const refundId = RefundId.parse(`rf_${fresh}`)
  await owe(world, shop, refundId, booking)
  const [endpointId, rowId] = [`hook-${fresh}`, `row-${fresh}`]
  const deliveryId = await listen(world, shop, endpointId)
  await giveUp(world, shop, rowId, eventId)
  const nth = (stagesOn.get(world) ?? 0) + 1
  stagesOn.set(world, nth)
  const [lockedSeat, freeSeat] = [`S-${2 * nth}`, `S-${2 * nth + 1}`]
  await doing(world, { method: 'POST', path: '/api/lock', headers: buyer, body: { seatId: lockedSeat } })
  const codeEmail = `code-${fresh}@holdfast.test`
  await doing(world, { method: 'POST', path: '/api/auth/register', body: { email: codeEmail } })
  const code = /\d{6}/.exec(world.letters.at(-1) ?? '')?.[0] ?? 'none'
  await settled(world)
  const ids = {
    ...{
      appId: (await world.openShop()).appId,
      shopId: shop.appId,
      eventId,
      twinId,
      holdId: held.id,
      bookingId: booking.id,
    },
    ...{ paymentId: `pay_${fresh}`, refundId, userId: ada.user.id, endpointId, deliveryId, rowId },
    sessionId: decodeJwt((await signIn(world, shop, email)).token).jti ?? 'none',
  }
  const provenEmail = `proven-${fresh}@holdfast.test`
  const [emailCode, ownCode] = [await mailedTo(world, provenEmail), await mailedTo(world, email)]
  const stranger = bearer(bob.token)
  const { token: guestToken } = await world.tokens.issueGuestToken(`gst_${fresh}`, shop.appId)
  const props = { ids, email, token: ada.token, guestToken, lockedSeat, freeSeat, codeEmail, code, fresh }
  return { ...props, provenEmail, emailCode, ownCode, world, buyer, elsewhere, stranger }
}

/** A world of its own with one stage, for a file whose tests leave it as it is. */
export async function openStage(): Promise<Stage> {
  const world = await openWorld()
  await openStages(world)
  return setStage(world)
}

/** Ids of the same form, of nothing. */
export const missingOf = ({ fresh }: Props): Omit<Ids, 'twinId' | 'shopId'> => ({
  appId: 'app_nowhere',
  eventId: `nowhere-${fresh}`,
  holdId: GrantId.parse(`hold_${'x'.repeat(22)}.1.2`),
  bookingId: BookingId.parse('BK-20261123-AAAAAA'),
  paymentId: 'pay_nowhere',
  refundId: 'rf_nowhere',
  userId: 'usr_nowhere',
  sessionId: 'tok_nowhere',
  endpointId: `nowhere-${fresh}`,
  deliveryId: `msg_${'x'.repeat(22)}`,
  rowId: 'row-nowhere',
})

/** Tokens that were good, of a user and of a guest, who have signed out. */
export async function signedOut({ core, tokens, shop }: World): Promise<{ name: string; token: string }[]> {
  const user = await tokens.issueUserToken('usr_gone', shop.appId)
  const guest = await tokens.issueGuestToken('gst_gone', shop.appId)
  for (const { id } of [user, guest]) await endToken(core, id)
  return [
    { name: 'a user who signed out', token: user.token },
    { name: 'a guest who signed out', token: guest.token },
  ]
}

/** Somebody whom the admin has deactivated. */
export async function deactivatedUser({ store, core, tokens, shop }: World): Promise<Record<string, string>> {
  const at = new Date(core.platform.now())
  const userId = 'usr_deactivated'
  await store.insert(poolScope, 'users', {
    ...{ appId: poolScope, userId, email: 'eve@holdfast.test', name: 'Eve', phone: null },
    ...{ passwordHash: 'plain:x', active: true, deactivatedAt: null, cursor: 'eve', createdAt: at },
  } as never)
  await updateUser(core, { userId, patch: { active: false } })
  return bearer((await tokens.issueUserToken(userId, shop.appId)).token)
}
