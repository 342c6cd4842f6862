import type { Platform } from '@holdfast/contract'
import { hmacSha256, sha256 } from './crypto.ts'
import type { Scheduler } from './scheduler.ts'

/** A computer that runs one program, and may lose it at any moment. */
export interface Machine {
  readonly name: string
  readonly platform: Platform
  isUp(): boolean
  /** How often its program has begun, or ended. */
  life(): number
  /** Runs that on it after so long; never, if the program that asked is gone by then. */
  after(delayMs: number, run: () => void): void
  /** Ends the program: nothing of it goes on, not even what it waits for. */
  crash(): void
  /** Starts the program anew. */
  start(): void
  /** Stops it for so long, as a stolen CPU does; then it goes on as if nothing had been. */
  pause(ms: number): void
  /** Its own clock jumps. */
  step(ms: number): void
  /** It stands still no longer, and its clock is right. */
  recover(): void
  /** How often it stood still or its clock jumped: what happened around that took as long as it took. */
  disturbances(): number
}

/** The reason of every deadline: making one for each costs more than what waits for it. */
const late = new DOMException('The time is up', 'TimeoutError')

/** `onDelivery` is asked before anything goes on, and may crash the machine: then it does not. */
export function createMachine(
  name: string,
  scheduler: Scheduler,
  onDelivery: (machine: Machine) => void,
): Machine {
  let [isUp, life, pausedUntilMs, aheadMs, disturbances] = [true, 1, 0, 0, 0]

  /** What is to go on when it stands still no longer. */
  const waiting: (() => void)[] = []
  const resume = (): void => {
    if (scheduler.now() < pausedUntilMs) return
    for (const run of waiting.splice(0)) scheduler.after(0, run)
  }

  const goOn = (of: number, run: () => void): void => {
    if (life !== of) return
    if (scheduler.now() < pausedUntilMs) return void waiting.push(() => goOn(of, run))
    onDelivery(machine)
    if (life === of) run()
  }
  const after: Machine['after'] = (delayMs, run) => {
    const of = life
    scheduler.after(delayMs, () => goOn(of, run))
  }

  const platform: Platform = {
    now: () => scheduler.now() + aheadMs,
    random: (bytes) => scheduler.random.bytes(bytes),
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    deadline(ms) {
      const controller = new AbortController()
      after(ms, () => controller.abort(late))
      return controller.signal
    },
    sha256: async (data) => sha256(data),
    hmacSha256: async (secret, data) => hmacSha256(secret, data),
  }

  const machine: Machine = {
    name,
    platform,
    isUp: () => isUp,
    life: () => life,
    after,
    crash() {
      scheduler.note(`${name} CRASHES`)
      isUp = false
      life += 1
    },
    start() {
      scheduler.note(`${name} starts`)
      isUp = true
      pausedUntilMs = 0
      resume()
    },
    pause(ms) {
      scheduler.note(`${name} PAUSES for ${ms} ms`)
      pausedUntilMs = scheduler.now() + ms
      scheduler.after(ms, resume)
      disturbances += 1
    },
    step(ms) {
      scheduler.note(`${name} CLOCK ${ms} ms`)
      aheadMs += ms
      disturbances += 1
    },
    recover() {
      pausedUntilMs = 0
      resume()
      aheadMs = 0
      disturbances += 1
    },
    disturbances: () => disturbances,
  }
  return machine
}
