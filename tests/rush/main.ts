/**
 * `npm run rush`: the proof that a newcomer runs. Its own stack, a stampede, and an audit of the store and Redis.
 * Ends with 1 if an invariant is broken, if anything was answered 429 or 5xx, if the stampede at one seat has not
 * exactly one winner, or if somebody at the tills did not get what was held.
 *
 * `--store mongo` runs it on the MongoDB of MONGODB_URL, or on the one for tests.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import * as z from 'zod'
import { createApp } from '../../edge/dev/seed.ts'
import { startStack } from '../../edge/dev/stack.ts'
import { chooseStore } from '../../edge/dev/store.ts'
import { auditEvent } from '../support/audit.ts'
import { mongos, type StoreKind, sqlite } from '../support/databases.ts'
import { limitless, putOnSale, seatsTo } from '../support/selling.ts'
import { Buyer, newTally, pay, type Shop, seeded, shop, type Tally } from './buyers.ts'
import { failures, type Part, type Promised, report } from './report.ts'

const oneSeatBuyers = 500
const crowdBuyers = 2_000
const crowdSeats = 1_000
const tillBuyers = 500
/** How many pay at once; more than half of them are promised to be with core and its store at one time. */
const tills = 128
const tillsMin = 64
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

/** Everybody has a seat in hand, and all want to pay now. */
async function atTheTills(to: Shop, atOnce: number): Promise<Tally> {
  await putOnSale(to, to.eventId, { seats: seatsTo(tillBuyers) })
  const tally = newTally()
  const random = seeded(seed)
  const buyers = Array.from({ length: tillBuyers }, (_, n) => new Buyer(to, tally, `till-${n + 1}`))
  const holds: (string | null)[] = []
  await letThemIn(`${tillBuyers} buyers, a seat each`, tillBuyers, atOnce, async (n) => {
    holds[n] = (await buyers[n - 1]?.hold([`S-${n}`])) ?? null
  })
  await letThemIn(`${tillBuyers} buyers, ${tills} tills`, tillBuyers, tills, async (n) => {
    const [buyer, hold] = [buyers[n - 1], holds[n]]
    if (buyer && hold) await pay(buyer, n, hold, random)
  })
  return tally
}

interface Scene {
  readonly eventId: string
  readonly run: (to: Shop, atOnce: number) => Promise<Tally>
  readonly promised: Promised
}

const scenes: readonly Scene[] = [
  { eventId: 'one-seat', run: oneSeat, promised: { bookings: 1, losers: oneSeatBuyers - 1 } },
  { eventId: 'crowd', run: crowd, promised: {} },
  { eventId: 'tills', run: atTheTills, promised: { bookings: tillBuyers, confirming: tillsMin } },
]

/** What the command line asks for. */
function storeKind(): StoreKind {
  const { values } = parseArgs({ options: { store: { type: 'string', default: 'sqlite' } } })
  const name = z.enum(['sqlite', 'mongo']).parse(values.store)
  return name === 'sqlite' ? sqlite : (mongos.at(-1) ?? mongos[0])
}

async function main({ store, start }: StoreKind): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-rush-'))
  const databases = await start()
  const stack = await startStack({
    dir,
    edge: 'node',
    store: chooseStore(dir, databases.create()),
    onStep: (step) => console.log(`starting ${step}`),
  })
  try {
    const app = await createApp(stack.edgeUrl, stack.secrets, {
      name: 'Rush',
      paymentProvider: 'simulated',
      rateLimits: limitless,
    })
    const parts: Part[] = []
    for (const { eventId, run, promised } of scenes) {
      const startMs = performance.now()
      const tally = await run(
        { edgeUrl: stack.edgeUrl, secretKey: app.secretKey, eventId },
        inFlight[stack.redis.engine],
      )
      const seconds = (performance.now() - startMs) / 1_000
      const audit = await auditEvent(stack, { appId: app.appId, eventId }, tally.bookings)
      parts.push({ name: eventId, tally, audit, seconds, promised })
    }
    console.log(report(parts, stack.redis.engine, store))
    const broken = failures(parts)
    for (const line of broken) console.error(`BROKEN: ${line}`)
    console.log(broken.length === 0 ? 'All invariants hold.' : `${broken.length} promises broken.`)
    return broken.length === 0 ? 0 : 1
  } finally {
    await stack.stop()
    await databases.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

process.exitCode = await main(storeKind())
