/**
 * `npm run rush`: the proof that a newcomer runs. Its own stack, a stampede, and an audit of the store and Redis.
 * Ends with 1 if an invariant is broken, if anything was answered 429 or 5xx, or if the stampede at one seat has
 * not exactly one winner.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SingleBar } from 'cli-progress'
import { createApp } from '../../edge/dev/seed.ts'
import { startStack } from '../../edge/dev/stack.ts'
import { auditEvent } from '../support/audit.ts'
import { limitless, putOnSale, seatsTo } from '../support/selling.ts'
import { Buyer, newTally, type Shop, seeded, shop, type Tally } from './buyers.ts'
import { failures, type Part, report } from './report.ts'

const oneSeatBuyers = 500
const crowdBuyers = 2_000
const crowdSeats = 1_000
/** The embedded Redis is in this very process and one thread: fewer buyers at a time keep its queue short. */
const inFlight = { server: 200, embedded: 50 } as const
const seed = 20_261_123

/** Lets the buyers act, some hundred at a time, with a bar that moves. */
async function letThemIn(title: string, count: number, atOnce: number, act: (n: number) => Promise<void>) {
  const bar = new SingleBar({
    format: `${title.padEnd(34)} {bar} {value}/{total}`,
    clearOnComplete: false,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
  })
  bar.start(count, 0)
  let next = 1
  const worker = async () => {
    for (let n = next++; n <= count; n = next++) {
      await act(n)
      bar.increment()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  bar.stop()
}

async function oneSeat(to: Shop): Promise<Tally> {
  await putOnSale(to, to.eventId, { seats: seatsTo(1) })
  const tally = newTally()
  await letThemIn(`${oneSeatBuyers} buyers, one seat`, oneSeatBuyers, oneSeatBuyers, async (n) => {
    const buyer = new Buyer(to, tally, `one-${n}`)
    const hold = await buyer.hold(['S-1'])
    if (hold) await buyer.confirm(hold, `pay_one_${n}`)
  })
  return tally
}

async function crowd(to: Shop, atOnce: number): Promise<Tally> {
  await putOnSale(to, to.eventId, { seats: seatsTo(crowdSeats) })
  const tally = newTally()
  const random = seeded(seed)
  await letThemIn(`${crowdBuyers} buyers, ${crowdSeats} seats`, crowdBuyers, atOnce, (n) =>
    shop(new Buyer(to, tally, `crowd-${n}`), n, crowdSeats, random),
  )
  return tally
}

async function main(): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-rush-'))
  const stack = await startStack({ dir, edge: 'node', onStep: (step) => console.log(`starting ${step}`) })
  try {
    const app = await createApp(stack.edgeUrl, stack.secrets, {
      name: 'Rush',
      paymentProvider: 'simulated',
      rateLimits: limitless,
    })
    const parts: Part[] = []
    for (const [eventId, run] of [
      ['one-seat', oneSeat],
      ['crowd', crowd],
    ] as const) {
      const tally = await run(
        { edgeUrl: stack.edgeUrl, secretKey: app.secretKey, eventId },
        inFlight[stack.redis.engine],
      )
      const audit = await auditEvent(stack, { appId: app.appId, eventId }, tally.bookings)
      parts.push({ name: eventId, tally, audit })
    }
    console.log(report(parts, stack.redis.engine))
    const broken = failures(parts, oneSeatBuyers)
    for (const line of broken) console.error(`BROKEN: ${line}`)
    console.log(broken.length === 0 ? 'All invariants hold.' : `${broken.length} promises broken.`)
    return broken.length === 0 ? 0 : 1
  } finally {
    await stack.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

process.exitCode = await main()
