import { base62Of, PaymentId } from '@holdfast/contract'
import type { ProviderState } from '@holdfast/core/src/payments/provider.ts'
import { type Client, createClient, type Told } from './client.ts'
import type { World } from './world.ts'

/** How a payment turns out. */
const outcomes: readonly ProviderState[] = [
  ...Array<ProviderState>(6).fill('authorised'),
  ...Array<ProviderState>(3).fill('captured'),
  'pending',
  'declined',
  'declined',
]

/** Pays for a hold at the bank: what was ordered, or a payment that nobody ordered. */
export async function pay(world: World, client: Client, held: Told): Promise<string> {
  const { random } = world.scheduler
  const amount = Number(held.body.total)
  const state = random.pick(outcomes)
  if (!world.other && random.chance(0.5)) return payNew(world, amount, state)
  return (await payOrdered(world, client, held, state, 5_000)) ?? payNew(world, amount, state)
}

/** Pays at once what was held, in the way that its seller takes payments. */
export const payAtOnce = async (world: World, client: Client, held: Told): Promise<string> =>
  (world.other && (await payOrdered(world, client, held, 'captured', 0))) ||
  payNew(world, Number(held.body.total), 'captured')

/** Orders the payment, and pays that some time later; null: it could not be ordered. */
async function payOrdered(
  world: World,
  client: Client,
  held: Told,
  state: ProviderState,
  pauseMsMax: number,
): Promise<string | null> {
  const path = `/v1/events/theatre/holds/${held.body.id}/order`
  const subject = String(held.body.id)
  const order = await client.ask({ action: 'order', subject, path, key: `${held.key}-o`, body: {} })
  if (order?.status !== 201) return null
  await client.machine.platform.sleep(world.scheduler.random.between(0, pauseMsMax))
  const id = PaymentId.parse(order.body.id)
  // Nobody can pay what was let go: its form is closed.
  return world.bank.stateOf(id) === 'voided' ? id : settle(world, id, Number(held.body.total), state)
}

/** A payment that nobody ordered. */
export const payNew = (world: World, amount: number, state: ProviderState): string =>
  settle(world, `pay_${base62Of(world.scheduler.random.bytes(8))}`, amount, state)

/** What was declined is made good, if it was not let go meanwhile. */
export function payAgain(world: World, id: string, amount: number): void {
  const paymentId = PaymentId.parse(id)
  if (world.bank.stateOf(paymentId) !== 'declined') return
  settle(world, id, amount, world.scheduler.random.pick<ProviderState>(['authorised', 'captured']))
}

/** The bank has it, as the buyer left it; what is on its way comes, or does not, some time later. */
function settle(world: World, id: string, amount: number, state: ProviderState): string {
  const { bank, scheduler } = world
  const { random } = scheduler
  const paymentId = bank.pay(id, state, { amount, currency: world.currency })
  if (state === 'authorised' && random.chance(0.1)) bank.refuseCapture(paymentId)
  scheduler.note(`bank: ${id} ${state}`)
  world.paid(paymentId)
  tellShop(world, paymentId)
  if (state !== 'pending') return id
  const later = random.pick<ProviderState>(['captured', 'authorised', 'declined'])
  scheduler.after(random.between(1_000, 120_000), () => {
    if (bank.stateOf(paymentId) !== 'pending') return
    scheduler.note(`bank: ${id} ${later}`)
    bank.pay(paymentId, later, { amount, currency: world.currency })
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
