import {
  AdminBookingsQuery,
  CancelCommand,
  CancelRequest,
  ConfirmCommand,
  codeTold,
  EventId,
  type GrantDecision,
  GrantId,
  HeldQuery,
  headers,
  PageQuery,
  Problem,
  ReplyQuestion,
} from '@holdfast/contract'
import { type Context, Hono } from 'hono'
import { base64url } from 'jose'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { appOf, assertAdmin, bodyOf, idOf, parse, principalOf } from '../http/requests.ts'
import type { BookingDoc } from '../store/schema.ts'
import { listAllBookings } from './admin-bookings.ts'
import { bookingView, ticketOf } from './booking-view.ts'
import { cancelBooking, previewCancellation } from './cancel-booking.ts'
import { carryOut } from './carry-out.ts'
import { confirmHold } from './confirm-hold.ts'
import { lastRefusal } from './last-refusal.ts'
import { listBookings, readBooking } from './read-bookings.ts'
import { readDecision } from './read-decision.ts'
import { listHeld } from './read-holds.ts'
import { readReply } from './read-reply.ts'
import { releaseGrant } from './release-grant.ts'
import { stage } from './stage.ts'

/** Holds as far as core has to do with them: it decides what became of them. Mounted below an event. */
export function holdRoutes(core: Core) {
  const poke = (booking: BookingDoc) => {
    const { appId, bookingId } = booking
    stage(core, 'settle', () => carryOut(core, booking)).catch(() =>
      core.log({ level: 'warn', event: 'poke_left_to_relay', appId, bookingId }),
    )
  }
  const grantOf = (c: Context<CoreEnv>) => ({
    appId: appOf(c).id,
    eventId: idOf(EventId, c.req.param('event') ?? ''),
    grantId: idOf(GrantId, c.req.param('hold') ?? ''),
  })

  return new Hono<CoreEnv>()
    .get('/:event/holds/:hold', async (c) => {
      const asked = { ...grantOf(c), owner: principalOf(c) }
      const decided = await readDecision(core.store, asked)
      const refused = decided.decision === 'undecided' ? await lastRefusal(core, asked) : undefined
      const told: GrantDecision = { ...decided, ...(refused && { refused }) }
      return c.json(told, 200)
    })
    .delete('/:event/holds/:hold', async (c) => {
      await releaseGrant(core, { ...grantOf(c), owner: principalOf(c) }, c.get('deadlineMs'))
      return c.body(null, 204)
    })
    .post('/:event/holds/:hold/confirm', async (c) => {
      const { kind } = appOf(c)
      const owner = principalOf(c)
      const grant = grantOf(c)
      const command = bodyOf(c, ConfirmCommand)
      const asked = JSON.stringify(['confirm', grant, owner, command.payment ?? null])
      const fingerprint = base64url.encode(await core.platform.sha256(new TextEncoder().encode(asked)))
      const { requestId, externalUser } = c.get('claims')
      const deadlineMs = c.get('deadlineMs')
      const answer = await confirmHold(
        { ...core, poke },
        { ...grant, owner, kind, externalUser, requestId, fingerprint, command, deadlineMs },
      )
      // A key may have been answered by another version, whose code is told as it was.
      const code = codeTold(answer.status, answer.body)
      if (code) c.set('code', code)
      const type = answer.status === 201 ? 'application/json' : 'application/problem+json'
      c.header('content-type', type)
      if (answer.replayed) c.header(headers.idempotentReplayed, 'true')
      if (answer.retryAfterSeconds) c.header(headers.retryAfter, String(answer.retryAfterSeconds))
      return new Response(answer.body, { status: answer.status, headers: c.res.headers })
    })
}

/** What a buyer holds of all events. */
export function heldRoutes(core: Core) {
  return new Hono<CoreEnv>().get('/', async (c) => {
    const { cursor } = parse(HeldQuery, c.req.query())
    return c.json(await listHeld(core, { appId: appOf(c).id, owner: principalOf(c), cursor }), 200)
  })
}

/** What the edge asks for a client that names an intention and no hold. */
export function replyRoutes(core: Core) {
  return new Hono<CoreEnv>().post('/internal/replies', async (c) => {
    const { idempotencyKey: key } = bodyOf(c, ReplyQuestion)
    return c.json(await readReply(core, { appId: appOf(c).id, owner: principalOf(c), key }), 200)
  })
}

/** Bookings: a buyer reads their own; an app's server, for nobody in particular, all of its app. */
export function bookingRoutes(core: Core) {
  const readerOf = (c: Context<CoreEnv>) => {
    const { id, kind } = appOf(c)
    const owner = c.get('claims').principal ?? null
    if (owner === null && kind !== 'secret') throw new Problem('invalid_token')
    return { appId: id, owner }
  }

  return new Hono<CoreEnv>()
    .get('/', async (c) =>
      c.json(await listBookings(core, readerOf(c), parse(PageQuery, c.req.query())), 200),
    )
    .get('/:booking', async (c) =>
      c.json(bookingView(await readBooking(core, readerOf(c), c.req.param('booking'))), 200),
    )
    .post('/:booking/cancel/preview', async (c) => {
      const { kind } = appOf(c)
      const ask = {
        ...readerOf(c),
        kind,
        bookingId: c.req.param('booking'),
        request: bodyOf(c, CancelRequest),
      }
      return c.json(await previewCancellation(core, ask), 200)
    })
    .post('/:booking/cancel', async (c) => {
      const { kind } = appOf(c)
      const reader = readerOf(c)
      const bookingId = c.req.param('booking')
      const { idempotencyKey, request } = bodyOf(c, CancelCommand)
      const asked = JSON.stringify(['cancel', reader, bookingId, request])
      const fingerprint = base64url.encode(await core.platform.sha256(new TextEncoder().encode(asked)))
      const deadlineMs = c.get('deadlineMs')
      const call = { ...reader, kind, bookingId, request, idempotencyKey, fingerprint, deadlineMs }
      const { status, body, replayed } = await cancelBooking(core, call)
      const type = { 'content-type': 'application/json' }
      return new Response(body, {
        status,
        headers: replayed ? { ...type, [headers.idempotentReplayed]: 'true' } : type,
      })
    })
    .get('/:booking/receipt', async (c) => {
      const booking = await readBooking(core, readerOf(c), c.req.param('booking'))
      const told = { 'content-type': 'application/jwt', [headers.ticket]: ticketOf(booking) }
      return c.body(booking.receipt, 200, told)
    })
}

/** Bookings of all apps, for the admin. */
export function bookingAdminRoutes(core: Core) {
  return new Hono<CoreEnv>().get('/bookings', async (c) => {
    assertAdmin(c)
    return c.json(await listAllBookings(core, parse(AdminBookingsQuery, c.req.query())), 200)
  })
}
