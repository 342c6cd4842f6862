import type { Platform } from '@holdfast/contract'
import type { Observe, Step } from './observe.ts'
import type { Attributes, Trace } from './tracer.ts'

const scriptAttributes = (script: string): Attributes => ({
  'db.system.name': 'redis',
  'db.operation.name': 'EVALSHA',
  'db.stored_procedure.name': script,
})

/** What a trace says of a step, by the names that OpenTelemetry has for it. */
const attributesOf = ({ of, name }: Step): Attributes => {
  switch (of) {
    case 'redis':
      return scriptAttributes(name)
    case 'core':
      return { 'http.request.method': name, 'peer.service': 'holdfast-core' }
    case 'challenge':
      return { 'http.request.method': 'POST', 'peer.service': 'turnstile' }
    case 'limiter':
    case 'cache':
      return { 'db.system.name': 'redis', 'db.operation.name': name }
  }
}

/** Looks on what one request waits for: how long for whom, and the spans of it if it is traced. */
export function createWatch({ now }: Pick<Platform, 'now'>, trace: Trace | undefined) {
  const waitedMs = new Map<Step['of'], number>()

  const observe: Observe = async (step, run) => {
    const beganMs = now()
    const span = trace?.child(`${step.of} ${step.name}`, attributesOf(step))
    let hasFailed = true
    try {
      const result = await run({ traceparent: span?.traceparent })
      hasFailed = false
      return result
    } finally {
      waitedMs.set(step.of, (waitedMs.get(step.of) ?? 0) + now() - beganMs)
      span?.end(hasFailed)
    }
  }

  return {
    observe,
    /** `{ redisMs: 3, coreMs: 12 }`: what it has waited for, and how long in all. */
    timings: (): Record<string, number> =>
      Object.fromEntries([...waitedMs].map(([of, ms]) => [`${of}Ms`, ms])),
  }
}
