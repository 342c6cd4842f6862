import { setTimeout as pause } from 'node:timers/promises'
import { headers } from '@holdfast/contract'
import { callApi } from '../../edge/dev/api.ts'
import type { createRandom } from '../simulation/scheduler.ts'
import { answerMsMax, isFinal, type Notes, type Told } from './notes.ts'

type Random = ReturnType<typeof createRandom>

/** Where the buyers go, and how much of it. */
export interface Shop {
  readonly edgeUrl: string
  readonly secretKey: string
  /** The key of another app, whose server tries what it must not. */
  readonly strangerKey: string
  readonly seatCount: number
  readonly holdTtlMs: number
  readonly random: Random
  /** Told of every answer, e.g. `409 seats_unavailable`. */
  count(answer: string, ms: number, action: Told['action']): void
}

interface Ask {
  readonly action: Told['action']
  readonly subject: string
  readonly key: string
  readonly method?: string
  readonly path: string
  readonly body?: object
  readonly lastsMs?: number
}

/** How often a client asks again, and its pauses. */
const asksMax = 8
const pauseMsMin = 100
const pauseMsMax = 1_500
const repeatChance = 0.2

/** The ways of paying, and how often each is chosen. */
const payments = [
  'pay_',
  'pay_',
  'pay_',
  'pay_',
  'pay_auth_',
  'pay_auth_',
  'pay_pending_',
  'pay_capture_fails_',
]

/** Somebody who buys, or the app's server where it acts by itself. */
function clientOf(shop: Shop, notes: Notes, who: string) {
  const { edgeUrl, secretKey, strangerKey, random, count } = shop
  const isServer = who === 'server'
  const once = async (ask: Ask): Promise<Told | undefined> => {
    const { action, subject, key, method = 'POST', path, body, lastsMs } = ask
    const sentMs = Date.now()
    try {
      const answer = await callApi(`${edgeUrl}${path}`, {
        method,
        headers: {
          [headers.apiKey]: who === 'stranger' ? strangerKey : secretKey,
          [headers.idempotencyKey]: key,
          ...(!isServer && { [headers.externalUserId]: who }),
        },
        ...(body && { body }),
        timeoutMs: 2 * answerMsMax,
      })
      const isObject = typeof answer.body === 'object' && answer.body !== null
      const told: Told = {
        ...{ who, action, subject, key, sentMs, toldMs: Date.now() },
        ...{ status: answer.status, text: answer.text },
        body: isObject ? (answer.body as Told['body']) : {},
      }
      const { code } = told.body
      count(`${told.status} ${code ?? (told.status < 300 ? 'ok' : '?')}`, told.toldMs - sentMs, action)
      notes.told(told, lastsMs)
      return told
    } catch (error) {
      count('no answer', Date.now() - sentMs, action)
      notes.complain('I13', `${action} of ${who} had no answer: ${error}`)
      return undefined
    }
  }
  /** Asks again until the answer is final, and at times once more; undefined when it never was. */
  const ask = async (what: Ask): Promise<Told | undefined> => {
    for (let asks = 0; asks < asksMax; asks++) {
      const told = await once(what)
      if (told && isFinal(told)) {
        if (random.chance(repeatChance)) await once({ ...what, lastsMs: 0 })
        return told
      }
      await pause(random.between(pauseMsMin, pauseMsMax))
    }
    return undefined
  }
  return { once, ask }
}

/** One buyer's whole story: holds, and confirms, gives back or walks away; and at times the booking is cancelled. */
export async function buy(shop: Shop, notes: Notes, n: number): Promise<void> {
  const { random, seatCount, holdTtlMs } = shop
  const who = `${notes.eventId}-${n}`
  const client = clientOf(shop, notes, who)
  const holds = `/v1/events/${notes.eventId}/holds`
  const wanted = random.between(1, 3)
  const first = random.between(1, seatCount - wanted + 1)
  const seats = Array.from({ length: wanted }, (_, i) => `S-${first + i}`)
  const askedMs = Date.now()
  const hold = await client.ask({
    action: 'hold',
    subject: '',
    key: `${who}-hold`,
    path: holds,
    body: { seats },
  })
  if (hold?.status !== 201) return
  const grant = String(hold.body.id)
  const got = (hold.body.seats as { readonly id: string }[]).map(({ id }) => id)
  if (got.toSorted().join() !== seats.toSorted().join())
    notes.complain('I7', `${grant} has ${got}, not ${seats}`)
  // Redis's time of the grant is between the first request and its answer.
  const lastsMs = askedMs + holdTtlMs
  const end = random.fraction()
  if (end < 0.05) return
  const path = `${holds}/${grant}`
  if (end < 0.15) {
    await client.ask({ action: 'release', subject: grant, key: who, method: 'DELETE', path })
    return
  }
  const confirm = (payment: string) =>
    client.ask({
      ...{ action: 'confirm', subject: grant, key: `${who}-${payment}`, path: `${path}/confirm`, lastsMs },
      body: { payment: { id: `${payment}${who}` } },
    })
  if (end < 0.22) await confirm('pay_declined_')
  const told = await confirm(random.pick(payments))
  if (told?.status === 201) await afterwards(shop, notes, String(told.body.id), n)
}

/** The app's server cancels as many as keep the house about half full; a stranger's never can. */
async function afterwards(shop: Shop, notes: Notes, bookingId: string, n: number): Promise<void> {
  const { random, seatCount } = shop
  const key = `cancel-${notes.eventId}-${n}`
  const path = `/v1/bookings/${bookingId}`
  if (random.chance(0.1)) {
    const stranger = clientOf(shop, notes, 'stranger')
    const read = { action: 'read', subject: bookingId, key, method: 'GET', path } as const
    const cancel = {
      action: 'cancel',
      subject: bookingId,
      key: `${key}-theirs`,
      path: `${path}/cancel`,
    } as const
    for (const what of [read, { ...cancel, body: {} }]) {
      const told = await stranger.once(what)
      if (told && told.status < 300 && told.status !== 202)
        notes.complain('I12', `another app's ${what.action} of ${bookingId}`)
    }
  }
  const sold = notes.booked.size - notes.cancelled.size
  if (!random.chance((2 * sold) / (seatCount / 2))) return
  notes.cancelled.add(bookingId)
  const body = random.chance(0.3) ? { refund: 'none' } : {}
  const server = clientOf(shop, notes, 'server')
  await server.ask({ action: 'cancel', subject: bookingId, key, path: `${path}/cancel`, body })
}

/** A hold and a confirm that nothing disturbs succeed within seconds (I13). */
export async function buyInPeace(shop: Shop, notes: Notes, msMax: number): Promise<void> {
  const client = clientOf(shop, notes, `${notes.eventId}-last`)
  const holds = `/v1/events/${notes.eventId}/holds`
  const startMs = Date.now()
  const told: string[] = []
  for (let n = 1; Date.now() < startMs + msMax; n++) {
    const seats = [`S-${shop.random.between(1, shop.seatCount)}`]
    const hold = await client.once({
      action: 'hold',
      subject: '',
      key: `last-${n}`,
      path: holds,
      body: { seats },
    })
    told.push(`${hold?.status} ${hold?.body.code ?? ''}`)
    const grant = String(hold?.body.id)
    if (hold?.status === 201) {
      const path = `${holds}/${grant}/confirm`
      const body = { payment: { id: `pay_${notes.eventId}_last_${n}` } }
      const booking = await client.once({
        action: 'confirm',
        subject: grant,
        key: `last-pay-${n}`,
        path,
        body,
      })
      if (booking?.status === 201) return
      told.push(`${booking?.status} ${booking?.body.code ?? ''}`)
    }
    // Slower than one buyer of an event may hold.
    await pause(500)
  }
  notes.complain('I13', `nobody could buy within ${msMax} ms of peace: ${told}`)
}
