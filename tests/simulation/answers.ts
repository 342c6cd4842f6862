import type { BookingDoc, Documents } from '@holdfast/core/src/store/schema.ts'
import type { Told } from './client.ts'
import type { Complain } from './complaints.ts'
import type { Sometimes } from './sometimes.ts'
import type { World } from './world.ts'

/** A refusal that nobody had to record names the request that it was given to. */
const withoutRequest = (text: string): string => text.replace(/,"requestId":"[^"]*"/, '')

/** What Redis lost is `not_found` until its epoch is over, and then lost: a refusal of which nothing is on record. */
const isUnrecorded = (text: string): boolean => text.includes('"code":"not_found"')
const isRefusal = (text: string): boolean => text.includes('"retryable":')

/** Whether two answers to one key say the same, byte for byte where it is on record. */
const agree = (one: string, other: string): boolean =>
  withoutRequest(one) === withoutRequest(other) ||
  ((isUnrecorded(one) || isUnrecorded(other)) && isRefusal(one) && isRefusal(other))

/** Refusals that stay, whatever happens later; of a hold that is over, unless something was ordered for it. */
const stays: ReadonlySet<unknown> = new Set(['hold_released', 'hold_confirmed', 'payment_already_used'])
const isOver: ReadonlySet<unknown> = new Set(['hold_expired', 'hold_lost', 'seats_unavailable'])

/** The payment that was ordered for a grant. */
const orderedFor = ({ store }: World, grant: string) =>
  store.docs('orders').find(({ grantId }) => grantId === grant)?.paymentId

/** I8 and I9: what clients were told. */
export function createAnswers(complain: Complain, sometimes: Sometimes) {
  const finals = new Map<string, Told>()
  const booked: Told[] = []
  /** Grants whose order was told as a booking. */
  const late = new Map<string, string>()
  const counted: Readonly<Record<string, string>> = {
    event_not_ready: 'event_not_ready',
    in_progress: 'F13',
    idempotency_key_reused: 'F14',
    payment_already_used: 'F16',
    hold_confirmed: 'F16',
    outcome_unknown: 'F25',
  }
  const isFinal = (world: World, { who, action, subject, status, body }: Told) => {
    if (status < 300) return status !== 202
    // By its terms a buyer may cancel later, when the show is.
    if (who !== 'shop' && body.code === 'cannot_cancel') return false
    if (action !== 'confirm') return body.retryable === false
    return stays.has(body.code) || (isOver.has(body.code) && !orderedFor(world, subject))
  }
  /** What was told as sold is there, and stays. */
  const judgeSales = (world: World) => {
    const bookings = world.store.docs('bookings') as unknown as BookingDoc[]
    for (const { body, subject } of booked) {
      const booking = bookings.find((one) => one.bookingId === body.id)
      // What was ordered for a hold, and paid when that was over, may have been sold as another.
      const isTheirs = booking?.grantId === subject || (booking && late.get(subject) === booking.bookingId)
      if (!isTheirs) complain('I9', `booking ${body.id} was told, and is not there`)
    }
  }
  return {
    told(world: World, told: Told) {
      const { who, action, subject, key, asked, body, text, status } = told
      const what = counted[String(body.code)]
      if (what) sometimes.count(what)
      if (action !== 'confirm' && action !== 'cancel') return
      // The key was another request's at that time; what becomes of this one is open.
      if (!isFinal(world, told) || body.code === 'idempotency_key_reused') return
      if (status === 201) {
        booked.push(told)
        const [booking] = world.store.docs('bookings').filter(({ bookingId }) => bookingId === body.id)
        const ordered = orderedFor(world, subject)
        if (booking && ordered && booking.paymentId === ordered) late.set(subject, String(body.id))
      }
      const name = `${who} ${action} ${key} ${asked}`
      const first = finals.get(name)
      if (!first) return void finals.set(name, told)
      sometimes.count('F26')
      if (!agree(first.text, text)) complain('I8', `${name} was answered ${first.text}, then ${text}`)
    },
    judgeSales,
    judge(world: World) {
      const { store } = world
      judgeSales(world)
      for (const { key, text } of finals.values()) {
        const kept = store.docs('idempotency').find((one) => one.key === key || one.key === `app ${key}`)
        const reply = kept?.reply as { body: string } | null | undefined
        const isOnRecord = reply && !(isUnrecorded(text) && isRefusal(reply.body))
        if (isOnRecord && reply.body !== text)
          complain('I8', `${key} was told ${text}, and on record is ${reply.body}`)
      }
      for (const kept of store.docs('idempotency')) {
        const { about, reply, key } = kept as unknown as Documents['idempotency']
        const bought = store.docs('bookings').find(({ grantId }) => grantId === about?.grantId)
        const isItsOwn = bought && bought.owner === kept.owner && bought.paymentId === about?.paymentId
        if (isItsOwn && reply && reply.status >= 400)
          complain('I9', `${key} answers ${reply.body}, and its payment bought ${bought.bookingId}`)
      }
      const grants = Map.groupBy(booked, ({ subject }) => subject)
      for (const [grant, all] of grants) {
        const ids = new Set(all.map(({ body }) => body.id))
        if (ids.size > 1) complain('I8', `grant ${grant} became ${[...ids].join(' and ')}`)
        if (new Set(all.map(({ key }) => key)).size > 1) sometimes.count('F15')
      }
    },
  }
}
