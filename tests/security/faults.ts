import { StoreError } from '../../core/src/store/store.ts'
import type { Outage } from './network.ts'
import type { Tap } from './taps.ts'
import type { World } from './world.ts'

/** What is beside the edge and core, and where the network knows it; the store is in core’s own process. */
export const ports = {
  redis: ['inventory.test', 'limiter.test', 'cache.test'],
  inventory: ['inventory.test'],
  limiter: ['limiter.test'],
  cache: ['cache.test'],
  core: ['core.test'],
  provider: ['provider.test'],
  store: [],
} as const
export type PortName = keyof typeof ports

/** How a part fails: at once; with a library’s talk; by saying nothing; with an answer that is none. */
export const faultKinds = ['throws', 'leaks', 'hangs', 'garbage'] as const
export type FaultKind = (typeof faultKinds)[number]

/** What libraries say of themselves, and nobody may hear: not a caller, and not a log. */
export const planted = [
  'EVALSHA b1946ac92492d2347c6235b4d2611184',
  'hf:{app_planted/premiere}:state',
  'mongodb://holdfast:PlantedPassword9@db.internal.example:27017/holdfast',
  'rzp_live_PlantedKey77',
] as const

/** As an SDK words it: the whole command, the address with its password, and the stack of the other side. */
const talk = `ERR failed, command was: ["${planted.join('", "')}"]\n    at Connection.${planted[1]} (${planted[2]}:1:1)`

function libraryError(): Error {
  const error = new Error(talk, { cause: new Error(talk) })
  error.stack = `UpstashError: ${talk}\n    at request (node:internal:1:1)`
  return Object.assign(error, { name: 'UpstashError', command: talk, code: 'ECONNRESET' })
}

const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

/** Answers that a load balancer, a captive page or another version may give. */
const garbage = [
  () => new Response(`<html>${talk}</html>`, { status: 200, headers: { 'content-type': 'text/html' } }),
  () => Response.json({ result: [talk], error: null, value: talk }, { status: 200 }),
  () => Response.json({ error: talk }, { status: 400 }),
  () => new Response(talk, { status: 502 }),
  () => new Response('', { status: 200 }),
  () =>
    Response.json(
      { code: 'made_up', title: talk, detail: talk, status: 409 },
      { status: 409, headers: { 'content-type': 'application/problem+json' } },
    ),
]
const values = [undefined, null, [], [{}], {}, talk, Number.NaN, [{ appId: planted[1], seats: talk }]]

/** Breaks one part at a time. Give `tap` to the world whose parts these are. */
export function createFaults() {
  let broken: { readonly port: PortName; readonly kind: FaultKind } | undefined
  let hits = 0
  /** What hangs since the part broke; what hung before is nobody's concern. */
  let hanging = new Set<symbol>()
  /** Nothing hangs longer than its connection: what does ends, in vain, when the part is mended. */
  let connections = new AbortController()

  const fail = async (kind: FaultKind, signal: AbortSignal | null, thrown: () => Error): Promise<never> => {
    if (kind === 'leaks') throw libraryError()
    if (kind === 'throws') throw thrown()
    const [here, one] = [hanging, Symbol(kind)]
    here.add(one)
    const ends = signal ? [signal, connections.signal] : [connections.signal]
    return never(AbortSignal.any(ends)).finally(() => here.delete(one))
  }

  const outage =
    (kind: FaultKind): Outage =>
    async (_, signal) => {
      hits += 1
      if (kind === 'garbage') return garbage[hits % garbage.length]?.() ?? Response.error()
      return fail(kind, signal, () =>
        Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }),
      )
    }

  const tap: Tap = (call, run) => {
    if (call.port !== 'store' || broken?.port !== 'store' || call.method === 'snapshot') return run()
    const { kind } = broken
    hits += 1
    if (kind === 'garbage') return Promise.resolve(values[hits % values.length])
    return fail(kind, null, () => new StoreError('unavailable', talk, { cause: libraryError() }))
  }

  return {
    tap,
    breakPort({ network }: World, port: PortName, kind: FaultKind): void {
      hits = 0
      hanging = new Set()
      broken = { port, kind }
      for (const host of ports[port]) network.outages.set(host, outage(kind))
    },
    mend({ network }: World): void {
      broken = undefined
      network.outages.clear()
      hanging = new Set()
      connections.abort(new StoreError('unavailable', talk))
      connections = new AbortController()
    },
    /** How often the broken part was asked since it broke. */
    hits: () => hits,
    isHanging: () => hanging.size > 0,
  }
}
export type Faults = ReturnType<typeof createFaults>
