import { AsyncLocalStorage } from 'node:async_hooks'
import { headers } from '@holdfast/contract'
import fc from 'fast-check'
import { everyApp, poolScope, systemScope } from '../../core/src/store/store.ts'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { settled } from './stage.ts'
import type { PortCall, Tap } from './taps.ts'
import { onServer, openWorld, type Sent, type Shop, type World } from './world.ts'

const events = ['play', 'film'] as const
const seats = ['S-1', 'S-2', 'S-3'] as const
const users = ['ann', 'bob'] as const

/** What an app's server does for a user of its own. `n` names one of the holds or bookings that it has seen. */
export type Command =
  | {
      readonly verb: 'hold'
      readonly event: string
      readonly user: string
      readonly seats: string[]
      readonly key: string
    }
  | {
      readonly verb: 'confirm'
      readonly user: string
      readonly n: number
      readonly payment: string
      readonly key: string
    }
  | {
      readonly verb: 'extend' | 'release' | 'read'
      readonly user: string
      readonly n: number
      readonly key: string
    }
  | { readonly verb: 'cancel' | 'receipt'; readonly n: number; readonly key: string }
  | { readonly verb: 'block' | 'unblock'; readonly event: string; readonly seats: string[] }
  | { readonly verb: 'price'; readonly event: string; readonly seats: string[]; readonly price: number }
  | { readonly verb: 'seats' | 'chart'; readonly event: string }

const event = fc.constantFrom(...events)
const user = fc.constantFrom(...users)
const some = fc.uniqueArray(fc.constantFrom(...seats), { minLength: 1, maxLength: 2 })
const n = fc.nat({ max: 3 })
/** Few of them, so that both apps use the same ones, and one app the same one again. */
const key = fc.constantFrom('key-1', 'key-2', 'key-3')
const payment = fc.constantFrom('pay_1', 'pay_2', 'pay_declined_1')
const of = <const Verb extends string>(...verbs: Verb[]) => fc.constantFrom(...verbs)

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ verb: of('hold'), event, user, seats: some, key }) },
  { weight: 3, arbitrary: fc.record({ verb: of('confirm'), user, n, payment, key }) },
  { weight: 2, arbitrary: fc.record({ verb: of('extend', 'release', 'read'), user, n, key }) },
  { weight: 2, arbitrary: fc.record({ verb: of('cancel', 'receipt'), n, key }) },
  fc.record({ verb: of('block', 'unblock'), event, seats: some }),
  fc.record({ verb: of('price'), event, seats: some, price: fc.constantFrom(0, 4500, 9000) }),
  fc.record({ verb: of('seats', 'chart'), event }),
)
/** What one app does, one after the other. */
export const commandsOf = fc.array(command, { minLength: 4, maxLength: 14 })

/** Somebody's app, with what it has seen so far. */
interface Seller {
  readonly shop: Shop
  readonly holds: { readonly event: string; readonly id: string }[]
  readonly bookings: string[]
}

const pick = <Value>(from: readonly Value[], at: number): Value | undefined => from[at % from.length]

/** The request that a command is, or null while there is nothing to do it to. */
function requestOf({ holds, bookings }: Seller, command: Command): Omit<Sent, 'headers'> | null {
  switch (command.verb) {
    case 'hold':
      return { method: 'POST', path: `/v1/events/${command.event}/holds`, body: { seats: command.seats } }
    case 'confirm':
    case 'extend':
    case 'release':
    case 'read': {
      const hold = pick(holds, command.n)
      if (!hold) return null
      const path = `/v1/events/${hold.event}/holds/${hold.id}`
      if (command.verb === 'read') return { method: 'GET', path }
      if (command.verb === 'release') return { method: 'DELETE', path }
      const body = command.verb === 'confirm' ? { payment: { id: command.payment } } : {}
      return { method: 'POST', path: `${path}/${command.verb}`, body }
    }
    case 'cancel':
    case 'receipt': {
      const booking = pick(bookings, command.n)
      if (booking === undefined) return null
      const path = `/v1/bookings/${booking}/${command.verb}`
      return command.verb === 'receipt' ? { method: 'GET', path } : { method: 'POST', path, body: {} }
    }
    case 'block':
    case 'unblock': {
      const path = `/v1/events/${command.event}/seats/${command.verb}`
      return { method: 'POST', path, body: { seats: command.seats } }
    }
    case 'price': {
      const body = { seats: command.seats.map((id) => ({ id, price: command.price })) }
      return { method: 'PUT', path: `/v1/events/${command.event}/seats`, body }
    }
    case 'chart':
      return { method: 'GET', path: `/v1/events/${command.event}` }
    case 'seats':
      return { method: 'GET', path: `/v1/events/${command.event}/seats` }
  }
}

/** Ids and times that no two runs share, by the order in which they come. */
function namer() {
  const names = new Map<string, string>()
  const random =
    /(hold_[A-Za-z0-9]{22}|BK-\d{8}-[A-Z0-9]{6}|rf_\w{22}|req_\w{22}|app_\w{22}|eyJ[\w-]+\.[\w-]+\.[\w-]+)/g
  return (text: string) =>
    text
      .replaceAll(/"(requestId|expiresAt|createdAt)":"[^"]*"/g, '"$1":""')
      .replaceAll(/"(expiresInMs|ageMs)":\d+/g, '"$1":0')
      .replaceAll(random, (id) => {
        const name = names.get(id) ?? `<${names.size}>`
        names.set(id, name)
        return name
      })
}

/** Who acts in what runs now, and in whatever it has begun. */
const acting = new AsyncLocalStorage<Shop>()

/** Writes down every call of a port that was made for one app and is not about it. */
function createSpy() {
  const strays: string[] = []
  let apps: readonly Shop[] = []
  let seen = 0
  const stray = (call: PortCall, what: string) =>
    strays.push(`${call.port}.${call.method}(${JSON.stringify(call.args)}) ${what}`)

  /** Scopes that are nobody's, and what in them is every app's. */
  const isShared = ([scope, collection]: readonly unknown[]) =>
    (scope === poolScope && collection === 'users') || (scope === systemScope && collection === 'leases')
  /** A key says by itself whose it is, so it is looked up among all. */
  const isKeyLookUp = ([scope, collection]: readonly unknown[]) => scope === everyApp && collection === 'keys'

  const check = (shop: Shop, call: PortCall): void => {
    const [first, second] = call.args
    const tag = `hf:{${shop.appId}/`
    if (call.port === 'inventory') {
      const { appId } = first as { appId?: unknown }
      if (appId !== shop.appId) stray(call, 'is about another app')
    }
    if (call.port === 'runner' && !(second as string[]).every((one) => one.startsWith(tag))) {
      stray(call, 'touches a key of another app')
    }
    if (call.port === 'store' && call.method !== 'transaction' && first !== shop.appId) {
      if (!isShared(call.args) && !isKeyLookUp(call.args)) stray(call, 'is in another scope')
    }
  }

  /** Nothing that goes in or comes out names another app, whatever it was asked by. */
  const checkNames = (shop: Shop, call: PortCall, value: unknown): void => {
    const text = JSON.stringify(value) ?? ''
    const other = apps.find(({ appId }) => appId !== shop.appId && text.includes(appId))
    if (other) stray(call, 'has something of another app')
  }

  const tap: Tap = (call, run) => {
    const shop = acting.getStore()
    const result = run()
    if (!shop || call.port === 'cache') return result
    seen += 1
    check(shop, call)
    checkNames(shop, call, call.args)
    if (result instanceof Promise) {
      result.then(
        (value: unknown) => checkNames(shop, call, value),
        () => {},
      )
    }
    return result
  }
  return {
    tap,
    strays,
    seen: () => seen,
    watch(shops: readonly Shop[]): void {
      apps = shops
    },
  }
}

/** A world with a spy in it. */
export async function openSpiedWorld() {
  const spy = createSpy()
  const world = await openWorld(spy.tap)
  return { world, spy }
}
export type SpiedWorld = Awaited<ReturnType<typeof openSpiedWorld>>

/** Two apps that sell events of the same ids, with seats of the same ids. */
export async function openShops({ world, spy }: SpiedWorld): Promise<readonly [Shop, Shop]> {
  const shops = [await world.openShop(), await world.openShop()] as const
  spy.watch(shops)
  for (const [side, shop] of shops.entries()) {
    for (const eventId of events) {
      await act(world, shop, {
        method: 'PUT',
        path: `/v1/events/${eventId}`,
        body: { name: `${eventId} of ${side}`, currency: 'EUR' },
      })
      const body = { seats: seats.map((id) => ({ id, price: 4500 })) }
      await act(world, shop, { method: 'PUT', path: `/v1/events/${eventId}/seats`, body })
    }
  }
  await settled(world)
  return shops
}

const act = (world: World, shop: Shop, request: Sent, edge = world.edge): Promise<ApiAnswer> =>
  acting.run(shop, () => world.send({ ...request, headers: { ...onServer(shop), ...request.headers } }, edge))

/** Lets one app do its commands at an edge, and tells everything that it sees. */
export async function playedBy(
  world: World,
  shop: Shop,
  commands: readonly Command[],
  edge: World['edge'],
): Promise<string[]> {
  const seller: Seller = { shop, holds: [], bookings: [] }
  const bare = namer()
  const seen: string[] = []
  for (const command of commands) {
    const request = requestOf(seller, command)
    if (!request) continue
    const sent = {
      ...('key' in command && { [headers.idempotencyKey]: command.key }),
      ...('user' in command && { [headers.externalUserId]: command.user }),
    }
    // Bookings of one moment would come in the order of their ids, which are random.
    world.clock.tick()
    const { status, body, text } = await act(world, shop, { ...request, headers: sent }, edge)
    const made = body as { id?: string }
    if (command.verb === 'hold' && status === 201 && made.id)
      seller.holds.push({ event: command.event, id: made.id })
    if (command.verb === 'confirm' && status === 201 && made.id) seller.bookings.push(made.id)
    seen.push(`${command.verb} -> ${status} ${bare(text)}`)
    await settled(world, shop.appId)
  }
  for (const path of [
    '/v1/events',
    ...events.flatMap((id) => [`/v1/events/${id}`, `/v1/events/${id}/seats`]),
    '/v1/bookings',
  ]) {
    const { status, text } = await act(world, shop, { method: 'GET', path }, edge)
    seen.push(`${path} -> ${status} ${bare(text)}`)
  }
  return seen
}
