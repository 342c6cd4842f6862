import { GrantId, type PaymentId, Principal } from '@holdfast/contract'
import { newPayment } from '@holdfast/core/src/payments/payment-rows.ts'
import type { EventRef } from '@holdfast/inventory'
import { createClient, type Tell } from './client.ts'
import type { World } from './world.ts'

/** How often a thief names a payment that is none of theirs. */
const theftsMax = 12

/**
 * Somebody with a hold in another app that is paid at the same account, who names there what buyers pay here: it must buy
 * nothing, and must not touch what it pays for. A core of before, which is still being replaced, has kept some of it.
 */
export async function steal(world: World, other: EventRef, tell: Tell): Promise<void> {
  const { scheduler, bank } = world
  const { random } = scheduler
  const client = createClient(world, 'thief', tell)
  const path = `/v1/events/${other.eventId}/holds`
  let held: string | null = null
  world.onPayment((paymentId) => {
    if (held !== null && random.chance(0.5)) leaveRow(world, other, held, paymentId)
  })
  for (let n = 1; n <= theftsMax; n++) {
    await client.machine.platform.sleep(random.between(500, 8_000))
    if (held === null) {
      const told = await client.ask({
        ...{ action: 'hold', subject: '', path, key: `thief-h${n}`, body: { seats: ['Z-1'] } },
      })
      held = told?.status === 201 ? String(told.body.id) : null
    }
    const ids = bank.ids()
    if (held === null || ids.length === 0) continue
    const payment = { id: random.pick(ids) }
    const confirm = { action: 'confirm', subject: held, path: `${path}/${held}/confirm` } as const
    const told = await client.ask({ ...confirm, key: `thief-c${n}`, body: { payment } })
    if (told?.body.code !== 'payment_declined') held = null
  }
}

/** What a core of before wrote when a client named a payment. */
function leaveRow({ store, scheduler }: World, other: EventRef, held: string, paymentId: PaymentId): void {
  const nowMs = scheduler.now()
  const of = { ...other, grantId: GrantId.parse(held), owner: Principal.parse(`ext:${other.appId}:thief`) }
  const price = { kind: 'secret', seats: [], amount: 4_500, currency: 'EUR' } as const
  const times = { nowMs, dueAtMs: nowMs + 15_000, reference: null }
  const row = newPayment({ provider: 'stripe', account: 'default', ...of, ...price }, paymentId, times)
  // Named twice, it is kept once.
  store.insert(other.appId, 'payments', row).catch(() => {})
}
