import type { BookingDoc } from '@holdfast/core/src/store/schema.ts'
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

/** I8 and I9: what clients were told. */
export function createAnswers(complain: Complain, sometimes: Sometimes) {
  const finals = new Map<string, Told>()
  const booked: Told[] = []
  const counted: Readonly<Record<string, string>> = {
    event_not_ready: 'event_not_ready',
    in_progress: 'F13',
    idempotency_key_reused: 'F14',
    payment_already_used: 'F16',
    hold_confirmed: 'F16',
    outcome_unknown: 'F25',
  }
  const isFinal = ({ status, body }: Told) => (status < 300 ? status !== 202 : body.retryable === false)
  /** What was told as sold is there, and stays. */
  const judgeSales = ({ store }: World) => {
    const bookings = store.docs('bookings') as unknown as BookingDoc[]
    for (const { body, subject } of booked) {
      const booking = bookings.find((one) => one.bookingId === body.id)
      if (booking?.grantId !== subject) complain('I9', `booking ${body.id} was told, and is not there`)
    }
  }
  return {
    told(told: Told) {
      const { who, action, key, asked, body, text, status } = told
      const what = counted[String(body.code)]
      if (what) sometimes.count(what)
      if (action !== 'confirm' && action !== 'cancel') return
      // The key was another request's at that time; what becomes of this one is open.
      if (!isFinal(told) || body.code === 'idempotency_key_reused') return
      if (status === 201) booked.push(told)
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
      const grants = Map.groupBy(booked, ({ subject }) => subject)
      for (const [grant, all] of grants) {
        const ids = new Set(all.map(({ body }) => body.id))
        if (ids.size > 1) complain('I8', `grant ${grant} became ${[...ids].join(' and ')}`)
        if (new Set(all.map(({ key }) => key)).size > 1) sometimes.count('F15')
      }
    },
  }
}
