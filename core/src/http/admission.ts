import {
  callsMax,
  callsPerAppMax,
  eventLoopDelayMsMax,
  overloadedRetrySeconds,
  type Platform,
  Problem,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { CoreEnv } from './edge-assertion.ts'

/** How this process stands, as its door must know. */
export interface Standing {
  /** Whether it has been told to stop: then nobody should be sent here any more. */
  isLeaving(): boolean
  /** How late the event loop is, in milliseconds. */
  loopDelayMs(): number
}

/** A process that has nothing to do, and stays. */
export const idle: Standing = { isLeaving: () => false, loopDelayMs: () => 0 }

const overloaded = () => new Problem('overloaded', {}, overloadedRetrySeconds)

/** Takes nothing new while the event loop is late, so that what was begun is finished. */
export function shedLoad({ loopDelayMs }: Standing) {
  return createMiddleware(async function shedLoad(_, next) {
    if (loopDelayMs() > eventLoopDelayMsMax) throw overloaded()
    await next()
  })
}

/** Works on so many requests of one app at a time, and so many of all: a noisy app waits for itself, not others for it. */
export function callsAtOnce() {
  const running = new Map<string, number>()
  let all = 0
  return createMiddleware<CoreEnv>(async function callsAtOnce(c, next) {
    const caller = c.get('claims').app?.id ?? ''
    const own = running.get(caller) ?? 0
    if (own >= callsPerAppMax || all >= callsMax) throw overloaded()
    running.set(caller, own + 1)
    all += 1
    try {
      await next()
    } finally {
      all -= 1
      const left = (running.get(caller) ?? 1) - 1
      if (left > 0) running.set(caller, left)
      else running.delete(caller)
    }
  })
}

/**
 * Drops work that nobody waits for any more. Called where nothing has been begun that must be ended.
 * @throws Problem `overloaded`
 */
export function assertAlive({ now }: Pick<Platform, 'now'>, deadlineMs: number): void {
  if (now() >= deadlineMs) throw overloaded()
}
