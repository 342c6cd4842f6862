import { base62Of, PaymentId } from '@holdfast/contract'
import type { ProviderState } from '@holdfast/core/src/payments/provider.ts'
import { createMachine, type Machine } from './machines.ts'
import type { Answer } from './programs.ts'
import type { World } from './world.ts'

/** Something that a client was told. */
export interface Told {
  readonly who: string
  readonly action: 'hold' | 'extend' | 'release' | 'order' | 'confirm' | 'cancel' | 'webhook'
  /** The grant, or the booking of a cancellation; of a hold, nothing yet. */
  readonly subject: string
  readonly key: string
  /** What the key stands for. */
  readonly asked: string
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
}

/** How long a client waits for an answer, and how often it asks again. */
const patienceMs = 20_000
const asksMax = 8

/** A client of the shop that asks again until it knows. */
export interface Client {
  readonly machine: Machine
  /** Asks with a key until the answer is final; null when it gave up. */
  ask(call: Call): Promise<Told | null>
}

export interface Call {
  readonly action: Told['action']
  readonly subject: string
  readonly path: string
  readonly method?: string
  readonly key: string
  readonly body?: object
}

const isFinal = ({ status, body }: Told): boolean =>
  status < 300 ? status !== 202 : body.retryable === false

/** A client that asks for `who`, or for the shop itself. A stranger has the key of another app. */
export function createClient(world: World, who: string, tell: Tell): Client {
  const { scheduler, net, edges } = world
  const machine = createMachine(who, scheduler, () => {})
  const once = async ({ action, subject, path, method = 'POST', key, body }: Call): Promise<Told | null> => {
    const host = scheduler.random.pick(edges)
    const headers = {
      'x-api-key': who === 'stranger' ? world.strangerKey : world.secretKey,
      'idempotency-key': key,
      'content-type': 'application/json',
      ...(who !== 'shop' && { 'x-external-user-id': who }),
    }
    const asked = body ? JSON.stringify(body) : ''
    const arrive = (): Answer | Promise<Answer> => {
      if (!host.machine.isUp()) return { status: 502, text: '{"retryable":true}', headers: new Headers() }
      return host.program.serve(
        new Request(`http://shop${path}`, { method, headers, ...(body && { body: asked }) }),
      )
    }
    const text = `${action} ${key} ${asked} at ${host.machine.name}`
    const show = (answer: Answer) => `${answer.status} ${answer.text.slice(0, 160)}`
    const late = machine.platform.sleep(patienceMs).then(() => null)
    const answer = await Promise.race([net.send(machine, { wire: 'buyer', text, arrive, show }), late])
    if (!answer) return null
    const told = JSON.parse(answer.text || '{}') as Told['body']
    return { who, action, subject, key, asked, status: answer.status, body: told, text: answer.text }
  }
  return {
    machine,
    async ask(call) {
      for (let asks = 0; asks < asksMax; asks++) {
        const told = await once(call)
        if (told) tell(told)
        if (told && isFinal(told) && !scheduler.random.chance(0.15)) return told
        await machine.platform.sleep(scheduler.random.between(200, 4_000))
      }
      return null
    },
  }
}

/** How often a buyer looks for other seats when those were taken. */
const wishesMax = 6

/** One buyer of a world, who comes, wants seats, and does what buyers do. */
export async function shop(world: World, who: string, tell: Tell): Promise<void> {
  const { scheduler, seats } = world
  const { random } = scheduler
  const client = createClient(world, who, tell)
  const pause = (most: number) => client.machine.platform.sleep(random.between(0, most))
  await pause(20_000)
  for (let trip = random.between(1, 2); trip > 0; trip--) {
    for (let wish = 1; wish <= wishesMax; wish++) {
      const first = random.between(0, seats.length - 1)
      const body = { seats: seats.slice(first, first + random.between(1, 2)) }
      const hold = { action: 'hold', subject: '', path: '/v1/events/theatre/holds' } as const
      const held = await client.ask({ ...hold, key: `${who}-${trip}-${wish}`, body })
      if (held?.status !== 201) {
        await pause(6_000)
        continue
      }
      await goOn(world, client, held, tell)
      break
    }
    await pause(10_000)
  }
}

/** What a buyer does with a hold: keeps it longer, gives it back, forgets it, or pays and confirms. */
async function goOn(world: World, client: Client, held: Told, tell: Tell): Promise<void> {
  const { random } = world.scheduler
  const grant = String(held.body.id)
  const path = `/v1/events/theatre/holds/${grant}`
  const pause = (most: number) => client.machine.platform.sleep(random.between(0, most))
  await pause(8_000)
  if (random.chance(0.2)) {
    await client.ask({
      action: 'extend',
      subject: grant,
      path: `${path}/extend`,
      key: `${held.key}-x`,
      body: {},
    })
    await pause(8_000)
  }
  if (random.chance(0.1)) return
  if (random.chance(0.15)) await meddle(world, grant, tell)
  if (random.chance(0.12)) {
    await client.ask({ action: 'release', subject: grant, path, method: 'DELETE', key: `${held.key}-r` })
    if (random.chance(0.5)) return
  }
  const payment = await pay(world, client, held)
  const { expiresAt } = held.body
  // What was over when it was told again has no end to wait for.
  const leftMs = typeof expiresAt === 'string' ? Date.parse(expiresAt) - world.redisNow() : 0
  await pause(3_000)
  // Some find their card in the last moment.
  if (random.chance(0.3)) await client.machine.platform.sleep(leftMs - random.between(-500, 4_000))
  const confirm = { action: 'confirm', subject: grant, path: `${path}/confirm` } as const
  const body = { payment: { id: payment } }
  const works = [client.ask({ ...confirm, key: `${held.key}-c`, body })]
  // A second window, with a key or a payment of its own.
  if (random.chance(0.15)) works.push(again(() => client.ask({ ...confirm, key: `${held.key}-c2`, body })))
  if (random.chance(0.1)) {
    const other = payNew(world, Number(held.body.total), 'captured')
    works.push(
      again(() => client.ask({ ...confirm, key: `${held.key}-c3`, body: { payment: { id: other } } })),
    )
  }
  if (random.chance(0.05)) {
    const reused = { payment: { id: 'pay_reused' } }
    works.push(again(() => client.ask({ ...confirm, key: `${held.key}-c`, body: reused })))
  }
  const [booked] = await Promise.all(works)
  if (booked?.status !== 201 || !random.chance(0.5)) return
  await pause(10_000)
  await cancel(world, booked, tell)

  async function again<Result>(work: () => Promise<Result>): Promise<Result> {
    await pause(random.pick([10, 2_000, 30_000]))
    return work()
  }
}
type Tell = (told: Told) => void

/** Somebody who has found out what another's hold is called tries to give it back. */
async function meddle(world: World, grant: string, tell: Tell): Promise<void> {
  const path = `/v1/events/theatre/holds/${grant}`
  const call = { action: 'release', subject: grant, path, method: 'DELETE', key: `meddle-${grant}` } as const
  const who = world.scheduler.random.pick(['meddler', 'stranger'])
  await createClient(world, who, tell).ask(call)
  if (who !== 'stranger') return
  const body = { payment: { id: 'pay_stranger' } }
  const confirm = {
    action: 'confirm',
    subject: grant,
    path: `${path}/confirm`,
    key: `stranger-${grant}`,
    body,
  } as const
  await createClient(world, who, tell).ask(confirm)
}

/** Buys a seat that is free, when nothing is in the way any more; whether that was possible. */
export async function buy(world: World, seat: string, tell: Tell): Promise<boolean> {
  // The inventory may just be built anew, by a second core that saw it missing: that hold is lost, the next is not.
  return (await tryToBuy(world, seat, 'visitor', tell)) || tryToBuy(world, seat, 'visitor-again', tell)
}

async function tryToBuy(world: World, seat: string, who: string, tell: Tell): Promise<boolean> {
  const client = createClient(world, who, tell)
  const hold = { action: 'hold', subject: '', path: '/v1/events/theatre/holds' } as const
  const held = await client.ask({ ...hold, key: `${who}-h`, body: { seats: [seat] } })
  if (held?.status !== 201) return false
  const grant = String(held.body.id)
  const id = payNew(world, Number(held.body.total), 'captured')
  const path = `${hold.path}/${grant}/confirm`
  const confirm = {
    action: 'confirm',
    subject: grant,
    path,
    key: `${who}-c`,
    body: { payment: { id } },
  } as const
  return (await client.ask(confirm))?.status === 201
}

/** How a payment turns out. */
const outcomes: readonly ProviderState[] = [
  ...Array<ProviderState>(6).fill('authorised'),
  ...Array<ProviderState>(3).fill('captured'),
  'pending',
  'declined',
]

/** Pays for a hold at the bank: what was ordered, or a payment that nobody ordered. */
async function pay(world: World, client: Client, held: Told): Promise<string> {
  const { random } = world.scheduler
  const amount = Number(held.body.total)
  const state = random.pick(outcomes)
  if (random.chance(0.5)) return payNew(world, amount, state)
  const path = `/v1/events/theatre/holds/${held.body.id}/order`
  const subject = String(held.body.id)
  const order = await client.ask({ action: 'order', subject, path, key: `${held.key}-o`, body: {} })
  if (order?.status !== 201) return payNew(world, amount, state)
  await client.machine.platform.sleep(random.between(0, 5_000))
  const id = PaymentId.parse(order.body.id)
  // Nobody can pay what was let go: its form is closed.
  return world.bank.stateOf(id) === 'voided' ? id : settle(world, id, amount, state)
}

const payNew = (world: World, amount: number, state: ProviderState): string =>
  settle(world, `pay_${base62Of(world.scheduler.random.bytes(8))}`, amount, state)

/** The bank has it, as the buyer left it; what is on its way comes, or does not, some time later. */
function settle(world: World, id: string, amount: number, state: ProviderState): string {
  const { bank, scheduler } = world
  const { random } = scheduler
  const paymentId = bank.pay(id, state, { amount })
  if (state === 'authorised' && random.chance(0.1)) bank.refuseCapture(paymentId)
  scheduler.note(`bank: ${id} ${state}`)
  tellShop(world, paymentId)
  if (state !== 'pending') return id
  const later = random.pick<ProviderState>(['captured', 'authorised', 'declined'])
  scheduler.after(random.between(1_000, 120_000), () => {
    if (bank.stateOf(paymentId) !== 'pending') return
    scheduler.note(`bank: ${id} ${later}`)
    bank.pay(paymentId, later, { amount })
    tellShop(world, paymentId)
  })
  return id
}

/** The bank tells of a payment as it is, soon or late, once or again. */
function tellShop(world: World, paymentId: PaymentId): void {
  const { bank, scheduler, sometimes } = world
  const { random } = scheduler
  const event = bank.event(paymentId)
  const path = '/v1/payments/stripe/default/webhook'
  const call = { action: 'webhook', subject: paymentId, path, key: event.eventId, body: { event } } as const
  const deliver = () => void createClient(world, 'bank', () => {}).ask(call)
  for (const again of [false, true]) {
    if (!random.chance(0.4)) continue
    if (again) sometimes.count('F31')
    scheduler.after(random.between(10, again ? 60_000 : 5_000), deliver)
  }
}

/** The shop takes a booking back, or a seat of it. */
async function cancel(world: World, booked: Told, tell: Tell): Promise<void> {
  const { random } = world.scheduler
  const server = createClient(world, 'shop', tell)
  const id = String(booked.body.id)
  const seats = (booked.body.seats as { id: string }[]).map((seat) => seat.id)
  const body = random.chance(0.4) ? { seats: seats.slice(0, 1) } : {}
  const path = `/v1/bookings/${id}/cancel`
  await server.ask({ action: 'cancel', subject: id, path, key: `cancel-${id}`, body })
}
