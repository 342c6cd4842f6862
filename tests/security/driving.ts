import type { Faults } from './faults.ts'
import type { World } from './world.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
/** In so many turns in a row whatever can go on without the clock has gone on. */
const quietTurns = 8

/** Lets everything go on that needs no clock. */
async function quiet({ isThinking }: Pick<World, 'isThinking'>): Promise<void> {
  for (let turns = 0; turns < quietTurns; turns++) {
    await turn()
    if (isThinking()) turns = 0
  }
}

/** An answer, and how long it took by the clock of the world. */
export interface Timed<Answer> {
  readonly answer: Answer
  readonly tookMs: number
}

/** Runs some work while time passes: as far as somebody waits for it, and no further. */
export async function timed<Answer>(
  world: World,
  faults: Faults,
  work: () => Promise<Answer>,
): Promise<Timed<Answer>> {
  const { clock } = world
  const startedMs = clock.platform.now()
  let isDone = false
  const working = work().finally(() => {
    isDone = true
  })
  working.catch(() => {})
  while (!isDone) {
    const isWaiting = () => !isDone && (faults.isHanging() || clock.isSleptOn())
    if (isWaiting()) await quiet(world)
    else await turn()
    if (isWaiting()) clock.pass()
  }
  return { answer: await working, tookMs: clock.platform.now() - startedMs }
}
