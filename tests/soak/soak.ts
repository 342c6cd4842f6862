import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { everyApp } from '../../core/src/store/store.ts'
import { type House, openHouse } from '../faults/house.ts'
import { allPoints, storePoints } from '../faults/mortal/points.ts'
import { takeNotes } from '../faults/notes.ts'
import { createRandom } from '../simulation/scheduler.ts'
import type { StoreKind } from '../support/databases.ts'
import { createNetwork, type Network } from './network.ts'
import type { SoakRecord } from './record.ts'
import { type FrailRedis, startFrailRedis } from './redis.ts'
import { status } from './report.ts'

export interface SoakOptions {
  readonly kind: StoreKind
  readonly dir: string
  readonly seed: number
  readonly record: SoakRecord
  /** Whether another round begins, and this one goes on. */
  isOn(): boolean
}

/** The load of one round; then comes the quiet. */
const roundMs = 40_000
const statusMs = 5_000
/** When something happens to Redis: early enough that it is built again before the quiet. */
const redisAtMs = 5_000
const buyers = 8
/** Dead connections are given up by then. */
const slackMs = 15_000
const builtMsMax = 60_000

/** Everything at once, round after round. */
export async function soak({ kind, dir, seed, record, isOn }: SoakOptions): Promise<void> {
  mkdirSync(dir, { recursive: true })
  const random = createRandom(seed)
  const databases = await kind.start()
  const redis = await startFrailRedis(join(dir, 'redis'), crypto.randomUUID())
  const network = createNetwork(random)
  const storeUrl = databases.create()
  const isSqlite = storeUrl === undefined
  const count = (answer: string, ms: number, action: string) => {
    record.answers.set(answer, (record.answers.get(answer) ?? 0) + 1)
    const times = record.answerMs.get(action) ?? []
    times.push(ms)
    record.answerMs.set(action, times)
  }
  const house = await openHouse({
    ...{ dir, storeUrl, seed, terms: true, between: network.between, redis, count, slackMs },
    ...(isSqlite ? { cores: 1, points: [...storePoints] } : { cores: 3, points: allPoints }),
  })
  let phase = 'under load'
  const show = setInterval(() => {
    note(record, house, network)
    console.log(status(record, phase))
  }, statusMs)
  try {
    for (let n = 1; isOn(); n++) {
      phase = 'under load'
      await playRound({ house, network, redis, record, isOn, n }, () => {
        phase = 'judged'
      })
    }
  } finally {
    clearInterval(show)
    note(record, house, network)
    record.endMs = Date.now()
    await house.stop()
    await network.close()
    await redis.stop()
    await databases.stop()
  }
}

interface Scene extends Pick<SoakOptions, 'record' | 'isOn'> {
  readonly house: House
  readonly network: Network
  readonly redis: FrailRedis
  readonly n: number
}

async function playRound({ house, network, redis, record, isOn, n }: Scene, atQuiet: () => void) {
  const eventId = `round-${n}`
  const untilMs = Date.now() + roundMs
  const goesOn = () => isOn() && Date.now() < untilMs
  let isLossy = false
  const harmRedis = async () => {
    await pause(redisAtMs)
    if (n % 3 === 1 && goesOn()) {
      isLossy = true
      record.flushes += 1
      await redis.flush()
      record.notReadyMsMax = Math.max(record.notReadyMsMax, await untilBuilt(house, eventId))
    } else if (n % 3 === 2 && goesOn()) {
      record.redisRestarts += 1
      network.moveRedis(await redis.restart())
    }
  }
  const harm = Promise.all([harmRedis(), network.trouble(goesOn)])
  const heal = async () => {
    await harm
    atQuiet()
  }
  const notes = takeNotes(eventId, () => isLossy)
  record.notes.push(notes)
  await house.play({ notes, buyers, isOn: goesOn, heal })
  record.rounds += 1
  const cursors = await house.store.find(everyApp, 'cursors', {}, { limit: 10_000 })
  record.logLosses = cursors.reduce((all, { losses }) => all + losses, 0)
  const events = await house.store.find(everyApp, 'events', {}, { limit: 10_000 })
  record.rebuilds = events.reduce((all, { epoch }) => all + Math.max(0, epoch - 1), 0)
}

/** How long it takes until an inventory is there again. */
async function untilBuilt({ inventory, refOf }: House, eventId: string): Promise<number> {
  const startMs = Date.now()
  while (Date.now() < startMs + builtMsMax) {
    const reply = await inventory.snapshot(refOf(eventId))
    if (reply.word === 'snapshot') break
    await pause(100)
  }
  return Date.now() - startMs
}

/** Takes over what others count. */
function note(record: SoakRecord, { fates, kills }: House, network: Network): void {
  record.kills = kills()
  record.deaths = fates.counts()
  record.terms = fates.counts().get('told to stop') ?? 0
  record.unborn = fates.counts().get('not started') ?? 0
  record.faults = network.counts()
}
