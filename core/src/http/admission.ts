import { callLanes, callsPerAppMax, eventLoopDelayMsMax, isRead, type Platform } from '@holdfast/contract'
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

/** A kind of requests that wait only for each other. */
export type Lane = keyof typeof callLanes

/** The lane of a request. */
export function laneOf({ method, path }: { readonly method: string; readonly path: string }): Lane {
  if (/^\/internal\/(keys|apps|tokens)\//.test(path)) return 'keys'
  if (path.startsWith('/v1/payments/') && path.endsWith('/webhook')) return 'webhooks'
  // What takes a password or makes a token.
  if (
    /^(\/v1\/(admin\/login$|auth\/(?!guest\/merge$|me$|sessions|signout$))|\/internal\/sign-up-codes)/.test(
      path,
    )
  )
    return 'accounts'
  return isRead(method) || path === '/internal/seats/names' ? 'reads' : 'writes'
}

interface Waiting {
  readonly turns: Turns
  calls: number
}

/** One lane: so many requests of one app at a time, and so many of all. */
function createLane({ atOnce, ofAppAtOnce }: (typeof callLanes)[Lane]) {
  const all = createTurns(atOnce)
  const apps = new Map<string, Waiting>()
  return {
    /** Waits for the turn of a request of an app, and gives what ends it; rejects as `over` does. */
    async enter(caller: string, over: Promise<never>): Promise<() => void> {
      const app = apps.get(caller) ?? { turns: createTurns(ofAppAtOnce), calls: 0 }
      if (app.calls >= callsPerAppMax) throw new Overloaded('app_queue')
      apps.set(caller, app)
      app.calls += 1
      const leaves: (() => void)[] = []
      const leave = () => {
        for (const one of leaves) one()
        app.calls -= 1
        if (app.calls === 0) apps.delete(caller)
      }
      try {
        leaves.push(await app.turns.enter(over))
        leaves.push(await all.enter(over))
        return leave
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}

/**
 * Works on so many requests at a time; others wait for their turn, and are dropped when nobody waits for them any more. A
 * noisy app waits for itself, not others for it, and no lane waits for another.
 */
export function takeTurns(platform: Pick<Platform, 'now' | 'deadline'>) {
  const lanes = {
    keys: createLane(callLanes.keys),
    writes: createLane(callLanes.writes),
    accounts: createLane(callLanes.accounts),
    webhooks: createLane(callLanes.webhooks),
    reads: createLane(callLanes.reads),
  } satisfies Record<Lane, unknown>
  return createMiddleware<CoreEnv>(async function takeTurns(c, next) {
    const caller = c.get('claims').app?.id ?? ''
    const deadlineMs = c.get('deadlineMs')
    const cameMs = platform.now()
    const wait = waitUntil(platform, deadlineMs)
    const leave = await lanes[laneOf(c.req)].enter(caller, wait.over).finally(wait.end)
    try {
      c.set('queuedMs', platform.now() - cameMs)
      assertAlive(platform, deadlineMs)
      await next()
    } finally {
      leave()
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
