import {
  type AppVerdict,
  BookingId,
  domainDefaults,
  EventId,
  type EventView,
  GrantId,
  type Platform,
  principal,
  SeatId,
  tokenIssuer,
  tokenKinds,
} from '@holdfast/contract'
import type { Hold } from '@holdfast/inventory'
import { SignJWT } from 'jose'

/*
 * Who and what the tests of the edge are about: two apps and their keys, one buyer, one hold, one small theatre.
 */

/** The one page that may use the publishable key. */
export const shopOrigin = 'https://shop.example'
/** The shell of the shop's app, whose pages have a scheme of their own. */
export const shellOrigin = 'capacitor://localhost'
/** For the shop's pages. */
export const publishableKey = `hf_pk_${'p'.repeat(32)}`
/** For the shop's server. */
export const secretKey = `hf_sk_${'s'.repeat(32)}`
/** Publishable, of an app that allows calls without an origin. */
export const nativeKey = `hf_pk_${'n'.repeat(32)}`
/** For the server of another app. */
export const otherKey = `hf_sk_${'o'.repeat(32)}`

const appVerdict = (appId: string, kind: AppVerdict['kind']): AppVerdict => ({
  appId: appId as AppVerdict['appId'],
  kind,
  allowedOrigins: [shopOrigin, shellOrigin],
  allowedDomains: [],
  allowNoOrigin: false,
  browserVouching: false,
  botMode: 'off',
  addressBudget: 'enforce',
  clientNetworks: [],
  rateLimits: {
    ...{ userPerSecond: 10, clientPerSecond: 100, appPerSecond: 1_000 },
    ...{ unpaidOrdersPerHour: 20, freeSeatsPerDay: 40 },
  },
  paymentProvider: 'simulated',
})

/** What core says of these keys. */
export const verdicts = new Map<string, AppVerdict>([
  [publishableKey, appVerdict('app_1', 'publishable')],
  [secretKey, appVerdict('app_1', 'secret')],
  [nativeKey, { ...appVerdict('app_1', 'publishable'), allowNoOrigin: true }],
  [otherKey, appVerdict('app_2', 'secret')],
])

const secretOf = (name: string) => new TextEncoder().encode(`${name}: 0123456789 abcdefghijklmnopqrstuvwxyz`)
/** Two keys to core, of which the first signs, and one secret of each kind. */
export const settings = {
  edgeKeys: [
    { kid: 'k1', secret: secretOf('edge one') },
    { kid: 'k2', secret: secretOf('edge two') },
  ],
  userTokenSecret: secretOf('user'),
  adminTokenSecret: secretOf('admin'),
  holdKeySecret: secretOf('hold key'),
  adminOrigins: ['https://console.example'],
  coalesce: true,
}

/** A grant that the inventory might have made. */
export const holdId = GrantId.parse(`hold_${'A'.repeat(22)}.1.7`)
/** Whom tokens are of, unless a test says otherwise. */
export const buyer = principal.pool('usr_1')

/** A held hold of two seats, with whatever is different about it. */
export const holdOf = (platform: Platform, changes: Partial<Hold> = {}): Hold => ({
  grantId: holdId,
  owner: buyer,
  status: 'held',
  seats: [
    { id: SeatId.parse('A-1'), price: 4500 },
    { id: SeatId.parse('A-2'), price: 4500 },
  ],
  currency: 'EUR',
  createdAtMs: platform.now(),
  untilMs: platform.now() + 120_000,
  bookingId: null,
  ...changes,
})

const chartSeat = (id: string, index: number) => ({
  id: SeatId.parse(id),
  index,
  price: 4500,
  category: null,
  number: null,
  x: null,
  y: null,
  accessible: false,
})

/** An event of four seats in one row. */
export const theatre: EventView = {
  id: EventId.parse('theatre'),
  name: 'Theatre',
  currency: 'EUR',
  domain: 'EVENT',
  startsAt: null,
  sale: 'open',
  onSaleAt: null,
  offSaleAt: null,
  charges: [],
  cancellation: null,
  ...domainDefaults.EVENT,
  seatCount: 4,
  chart: {
    size: { width: 10, height: 10 },
    categories: [],
    areas: [],
    sections: [
      {
        name: null,
        rows: [{ label: 'A', seats: ['A-1', 'A-2', 'A-3', 'A-4'].map((id, index) => chartSeat(id, index)) }],
      },
    ],
  },
}

/** What the hold became. */
export const booking = {
  id: BookingId.parse('BK-20261123-7K2M9Q'),
  event: theatre.id,
  status: 'confirmed',
  payment: { status: 'SUCCESS', id: 'pay_1' },
  seats: [{ id: SeatId.parse('A-1'), price: 4500 }],
  cancelled: [],
  total: 4500,
  retained: 4500,
  currency: 'EUR',
  charges: [],
  cancellation: null,
  createdAt: '2026-11-23T12:00:00.000Z',
  receipt: 'a.b.c',
} as const

interface TokenChanges {
  readonly header?: Record<string, unknown>
  /** `undefined` leaves a claim out. */
  readonly claims?: Record<string, unknown>
  readonly secret?: Uint8Array
}

/** A token of one kind as core makes it, with whatever is different about it. */
export function makeToken(
  platform: Platform,
  kind: 'user' | 'admin' | 'edge',
  { header = {}, claims = {}, secret }: TokenChanges = {},
): Promise<string> {
  const nowSeconds = Math.floor(platform.now() / 1000)
  const { typ, audience } = tokenKinds[kind]
  const own = kind === 'admin' ? settings.adminTokenSecret : settings.userTokenSecret
  const payload = {
    iss: tokenIssuer,
    aud: audience,
    sub: buyer,
    jti: 'tok_1',
    iat: nowSeconds,
    exp: nowSeconds + 3_600,
    ...(kind === 'admin' && { sub: 'root', stamp: 'stamp' }),
    ...claims,
  }
  return new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'HS256', typ, ...header })
    .sign(secret ?? own)
}

/** What core hears of a client's address: which one it is, only this edge can tell. */
export const clientNames = /^[0-9A-Za-z]{22}$/
