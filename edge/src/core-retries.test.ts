import {
  type AppVerdict,
  coreBudgetMs,
  coreRetryMsMax,
  coreRetryMsMin,
  coreTriesMax,
  edgeBudgetMs,
  retriesPerCall,
  retriesSavedMax,
} from '@holdfast/contract'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAssertionSigner } from './assertion.ts'
import { type CoreCall, createCoreClient } from './core-client.ts'
import { type CoreInit, CoreUnreachable } from './ports.ts'
import { unobserved } from './telemetry/observe.ts'
import { createTestPlatform, json, refusal } from './testing.ts'
import { publishableKey, settings, verdicts } from './testing-data.ts'

type Answer = () => Response | Promise<Response>

const unreached: Answer = () => Promise.reject(new CoreUnreachable())
const broken: Answer = () => Promise.reject(new TypeError('fetch failed'))
const fine: Answer = () => json({ ok: true })

/** An edge whose core answers so, one after the other (the last for ever), and how long it has paused between. */
function edgeOf(...answers: [Answer, ...Answer[]]) {
  const clock = createTestPlatform()
  const [pauses, budgets]: [number[], unknown[]] = [[], []]
  let byte = 0
  const platform = {
    ...clock,
    random: (bytes: number) => (bytes === 1 ? Uint8Array.of(byte) : clock.random(bytes)),
    async sleep(ms: number) {
      pauses.push(ms)
      clock.advance(ms)
    },
  }
  const port = async (_: string, { headers }: CoreInit) => {
    budgets.push(decodeJwt(Object.values(headers).find((value) => value.startsWith('ey')) ?? '').budgetMs)
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    return (answer ?? fine)()
  }
  const client = createCoreClient(port, createAssertionSigner(settings.edgeKeys, platform), platform)
  const app = verdicts.get(publishableKey) as AppVerdict
  const caller = { requestId: 'req_1', clientAddress: '198.51.100.7', observe: unobserved, app }
  const send = (method: CoreCall['method']) => client.send({ method, path: '/v1/events', caller })
  return {
    ...{ clock, send, pauses, budgets },
    chance(value: number) {
      byte = value
    },
  }
}

describe('F37: a call of core that came to nothing', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)(
    '%s is sent again when it never came there',
    async (method) => {
      const edge = edgeOf(unreached, fine)
      expect(await edge.send(method)).toMatchObject({ kind: 'answer', status: 200 })
      expect(edge.budgets).toHaveLength(2)
    },
  )

  test('is sent again when nobody knows, if it changes nothing, and never otherwise', async () => {
    expect(await edgeOf(broken, fine).send('GET')).toMatchObject({ kind: 'answer' })
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      const edge = edgeOf(broken, fine)
      expect(await edge.send(method)).toEqual({ kind: 'silence', sent: true })
      expect(edge.budgets).toHaveLength(1)
    }
  })

  test('is not sent again when core has refused it, for core is who is in trouble', async () => {
    const edge = edgeOf(() => refusal('overloaded', { 'retry-after': '1' }), fine)
    expect(await edge.send('GET')).toMatchObject({ kind: 'refusal', problem: { code: 'overloaded' } })
    expect(edge.budgets).toHaveLength(1)
  })

  test('is sent a few times, with pauses that chance decides', async () => {
    const edge = edgeOf(unreached)
    expect(await edge.send('POST')).toEqual({ kind: 'silence', sent: false })
    edge.chance(255)
    await edge.send('POST')
    expect(edge.budgets).toHaveLength(2 * coreTriesMax)
    const [first = 0, , , last = 0] = edge.pauses
    expect([first, edge.pauses.length]).toEqual([coreRetryMsMin, 2 * (coreTriesMax - 1)])
    expect(last).toBeGreaterThan(coreRetryMsMax - 5)
    expect(last).toBeLessThanOrEqual(coreRetryMsMax)
  })

  test('tells core how much time is left, and is not sent again when that is too little', async () => {
    const slowly: Answer = () => {
      edge.clock.advance(3_000)
      throw new CoreUnreachable()
    }
    const edge = edgeOf(slowly)
    await edge.send('POST')
    const second = coreBudgetMs - 3_000 - coreRetryMsMin
    expect(edge.budgets).toEqual([coreBudgetMs, second, second - 3_000 - coreRetryMsMin])
    const late = edgeOf(() => {
      late.clock.advance(edgeBudgetMs - 2_500)
      throw new CoreUnreachable()
    })
    await late.send('POST')
    expect(late.budgets).toHaveLength(1)
  })

  test('is sent again only within the budget: an edge without a core asks little more often than it is asked', async () => {
    const edge = edgeOf(unreached)
    const calls = 200
    for (let n = 0; n < calls; n++) await edge.send('POST')
    const again = edge.budgets.length - calls
    expect(again).toBeLessThanOrEqual(retriesSavedMax + calls * retriesPerCall)
    expect(again).toBeGreaterThan(calls * retriesPerCall)
  })
})
