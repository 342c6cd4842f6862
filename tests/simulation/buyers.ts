import { seatBytes } from '@holdfast/contract'
import { type Client, createClient, type Tell, type Told } from './client.ts'
import { pay, payAgain, payAtOnce, payNew } from './payers.ts'
import { currencyOfSteps } from './terms.ts'
import type { World } from './world.ts'

/** How often a buyer looks for other seats when those were taken. */
const wishesMax = 6

/** One buyer of a world, who comes, wants seats, and does what buyers do. */
export async function shop(world: World, who: string, tell: Tell): Promise<void> {
  const { scheduler, seats, sometimes } = world
  const { random } = scheduler
  const client = createClient(world, who, tell)
  const pause = (most: number) => client.machine.platform.sleep(random.between(0, most))
  await pause(20_000)
  for (let trip = random.between(1, 2); trip > 0; trip--) {
    for (let wish = 1; wish <= wishesMax; wish++) {
      const map = random.chance(0.08) ? await client.look() : null
      const free = map?.indexOf(seatBytes.free) ?? -1
      const first = free >= 0 ? free : random.between(0, seats.length - 1)
      const body = { seats: seats.slice(first, first + random.between(1, 2)) }
      const hold = { action: 'hold', subject: '', path: '/v1/events/theatre/holds' } as const
      const held = await client.ask({ ...hold, key: `${who}-${trip}-${wish}`, body })
      if (held?.status !== 201) {
        if (free >= 0 && held?.body.code === 'seats_unavailable') sometimes.count('F6')
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
  const { sometimes } = world
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
  // Somebody thinks better of it, in another window.
  const release = {
    action: 'release',
    subject: grant,
    path,
    method: 'DELETE',
    key: `${held.key}-r2`,
  } as const
  if (random.chance(0.1)) works.push(again(() => client.ask(release)))
  let [booked] = await Promise.all(works)
  if (booked?.body.code === 'payment_declined') {
    sometimes.count('declined')
    await pause(5_000)
    if (random.chance(0.3)) return void (await client.ask(release))
    // Their second card is good, and pays what the first did not.
    payAgain(world, payment, Number(held.body.total))
    booked = await client.ask({ ...confirm, key: `${held.key}-c`, body })
    if (booked?.status === 201) sometimes.count('paid after a decline')
  }
  const isOfTerms = world.currency === currencyOfSteps
  if (booked?.status !== 201 || !(random.chance(0.5) || isOfTerms)) return
  await pause(isOfTerms ? 100_000 : 10_000)
  await cancel(world, booked, tell)

  async function again<Result>(work: () => Promise<Result>): Promise<Result> {
    await pause(random.pick([10, 2_000, 30_000]))
    return work()
  }
}
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

/** Wants one seat, at once and no other; whether they got it. */
export async function tryToBuy(world: World, seat: string, who: string, tell: Tell): Promise<boolean> {
  const client = createClient(world, who, tell)
  const hold = { action: 'hold', subject: '', path: '/v1/events/theatre/holds' } as const
  const held = await client.ask({ ...hold, key: `${who}-h`, body: { seats: [seat] } })
  if (held?.status !== 201) return false
  const grant = String(held.body.id)
  const id = await payAtOnce(world, client, held)
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

/** The shop takes a booking back, or a seat of it; or its buyer does. */
async function cancel(world: World, booked: Told, tell: Tell): Promise<void> {
  const { random } = world.scheduler
  // By its terms, where it has some, a buyer gives seats back alone.
  const isOwn = world.currency === currencyOfSteps && random.chance(0.7)
  const server = createClient(world, isOwn ? booked.who : 'shop', tell)
  const id = String(booked.body.id)
  const seats = (booked.body.seats as { id: string }[]).map((seat) => seat.id)
  const body = random.chance(0.4) ? { seats: seats.slice(0, 1) } : {}
  const path = `/v1/bookings/${id}/cancel`
  await server.ask({ action: 'cancel', subject: id, path, key: `cancel-${id}`, body })
}
