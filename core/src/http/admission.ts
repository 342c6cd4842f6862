import {
  callsAtOnce,
  callsOfAppAtOnce,
  callsPerAppMax,
  eventLoopDelayMsMax,
  type Platform,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { createTurns, type Turns } from '../store/turns.ts'
import type { CoreEnv } from './edge-assertion.ts'
import { Overloaded } from './overloaded.ts'

/** How this process stands, as its door must know. */
export interface Standing {
  /** Whether it has been told to stop: then nobody should be sent here any more. */
  isLeaving(): boolean
  /** How late the event loop is, in milliseconds. */
  loopDelayMs(): number
}

/** A process that has nothing to do, and stays. */
export const idle: Standing = { isLeaving: () => false, loopDelayMs: () => 0 }

/** Takes nothing new while the event loop is late, so that what was begun is finished. */
export function shedLoad({ loopDelayMs }: Standing) {
  return createMiddleware(async function shedLoad(_, next) {
    if (loopDelayMs() > eventLoopDelayMsMax) throw new Overloaded('event_loop')
    await next()
  })
}

/**
 * Works on so many requests of one app at a time, and so many of all; others wait for their turn, and are dropped when
 * nobody waits for them any more. A noisy app waits for itself, not others for it.
 */
export function takeTurns(platform: Pick<Platform, 'now' | 'deadline'>) {
  const all = createTurns(callsAtOnce)
  const apps = new Map<string, { readonly turns: Turns; calls: number }>()
  return createMiddleware<CoreEnv>(async function takeTurns(c, next) {
    const caller = c.get('claims').app?.id ?? ''
    const app = apps.get(caller) ?? { turns: createTurns(callsOfAppAtOnce), calls: 0 }
    if (app.calls >= callsPerAppMax) throw new Overloaded('app_queue')
    apps.set(caller, app)
    app.calls += 1
    const deadlineMs = c.get('deadlineMs')
    const cameMs = platform.now()
    const leaves: (() => void)[] = []
    const wait = waitUntil(platform, deadlineMs)
    try {
      leaves.push(await app.turns.enter(wait.over))
      leaves.push(await all.enter(wait.over))
      wait.end()
      c.set('queuedMs', platform.now() - cameMs)
      assertAlive(platform, deadlineMs)
      await next()
    } finally {
      wait.end()
      for (const leave of leaves) leave()
      app.calls -= 1
      if (app.calls === 0) apps.delete(caller)
    }
  })
}

/** Rejects when the time is over, until it is ended. */
function waitUntil({ now, deadline }: Pick<Platform, 'now' | 'deadline'>, deadlineMs: number) {
  const { promise: over, reject } = Promise.withResolvers<never>()
  // Whoever has their turn at once never looks.
  over.catch(() => {})
  const timer = deadline(Math.max(0, deadlineMs - now()))
  const giveUp = () => reject(new Overloaded('no_turn'))
  timer.addEventListener('abort', giveUp)
  return { over, end: () => timer.removeEventListener('abort', giveUp) }
}

/**
 * Drops work that nobody waits for any more. Called where nothing has been begun that must be ended.
 * @throws Problem `overloaded`
 */
export function assertAlive({ now }: Pick<Platform, 'now'>, deadlineMs: number): void {
  if (now() >= deadlineMs) throw new Overloaded('too_late')
}

/** What is left until then, in milliseconds, as a budget: 1 when it is over. */
export const remainingMs = ({ now }: Pick<Platform, 'now'>, deadlineMs: number): number =>
  Math.max(1, deadlineMs - now())
