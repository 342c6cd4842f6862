import { setTimeout as pause } from 'node:timers/promises'
import { HoldKey, Principal, SeatId } from '@holdfast/contract'
import {
  createInventory,
  type EventRef,
  type ExtendReply,
  type Hold,
  type Inventory,
  InventoryFault,
  type PinReply,
} from '@holdfast/inventory'
import { connectTcp, tcpRunner } from '@holdfast/inventory/tcp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, newOperation } from '../contract/inventory/fixtures.ts'
import { startTcpBench } from '../contract/inventory/node-bench.ts'
import { openSale } from '../contract/inventory/sale.ts'
import { createRandom } from '../simulation/scheduler.ts'
import { type Rule, startFaultProxy } from '../support/fault-proxy.ts'
import { type Act, auditHolds } from '../support/hold-history.ts'
import { figures, seed } from './world.ts'

const seats = ['A-1', 'A-2', 'A-3', 'A-4']
const wishes = [['A-1'], ['A-2'], ['A-1', 'A-2'], ['A-2', 'A-3'], ['A-3', 'A-4'], ['A-4']]
const [buyers, grantsMin, connections] = [40, 200, 8]
/** Short enough for most holds to end by themselves while others ask for their seats. */
const [ttlMs, leaseMs, lifetimeMs] = [40, 60, 150]

let bench: Awaited<ReturnType<typeof startTcpBench>>
beforeAll(async () => {
  bench = await startTcpBench()
})
afterAll(() => bench?.close())

/** What everybody saw of an event. */
function createHistory() {
  const acts: Act[] = []
  const words = new Map<string, number>()
  let newestMs = 0
  return {
    acts,
    words,
    grants: () => acts.filter(({ does }) => does === 'hold').length,
    /** The newest time of Redis that anybody was told: what is sent now happens no earlier. */
    nowMs: () => newestMs,
    /** Sends a call; null: whether it happened is known to nobody. */
    async hear<Reply extends { readonly word: string; readonly nowMs: number }>(call: Promise<Reply>) {
      const reply = await call.catch((error: unknown) => {
        if (!(error instanceof InventoryFault)) throw error
        return null
      })
      newestMs = Math.max(newestMs, reply?.nowMs ?? 0)
      const word = reply?.word ?? 'unknown'
      words.set(word, (words.get(word) ?? 0) + 1)
      return reply
    },
    note(does: Act['does'], { grantId, seats: priced }: Hold, more: Omit<Act, 'does' | 'grantId' | 'seats'>) {
      acts.push({ does, grantId, seats: priced.map(({ id }) => id), ...more })
    },
  }
}
type History = ReturnType<typeof createHistory>

/** Whether it was not over when it was told of: of one that was, a repeated answer tells when it was swept. */
const isOpen = ({ status }: Hold): boolean => status === 'held' || status === 'confirming'

/** What buyers and core do with the holds of one event, as it is seen from one connection. */
function traffic(inventory: Inventory, event: EventRef, { acts, grants, hear, note, nowMs }: History) {
  /** Core has decided against a grant, or this never came to Redis. */
  const decide = async (hold: Hold) => {
    note('end', hold, { fromMs: nowMs(), toMs: Infinity, outcome: 'unknown' })
    await hear(inventory.sweep(event, [{ grantId: hold.grantId, verdict: 'decided' }]))
  }
  const prolong = async (does: 'extend' | 'pin', hold: Hold): Promise<boolean> => {
    const { grantId, owner } = hold
    const fromMs = nowMs()
    const reply = await hear<ExtendReply | PinReply>(
      does === 'extend'
        ? inventory.extend(event, grantId, owner, newOperation(), true)
        : inventory.pin(event, grantId, owner, leaseMs),
    )
    if (!reply || reply.word === 'cannot_extend') return false
    const isDone = reply.word === 'extended' || reply.word === 'pinned'
    if (isDone && !isOpen(reply.hold)) return false
    if (isDone) note(does, hold, { fromMs, toMs: reply.nowMs, untilMs: reply.hold.untilMs, outcome: 'done' })
    else note(does, hold, { fromMs: reply.nowMs, toMs: reply.nowMs, outcome: 'refused' })
    return isDone
  }
  const release = async (hold: Hold) => {
    const fromMs = nowMs()
    const reply = await hear(inventory.release(event, hold.grantId, hold.owner))
    if (reply && reply.word !== 'released') return
    note('end', hold, { fromMs, toMs: reply?.nowMs ?? Infinity, outcome: reply ? 'done' : 'unknown' })
  }

  return {
    /** Takes seats until there were enough holds, and does something else with each, or nothing. */
    async buy(n: number): Promise<void> {
      const random = createRandom(seed + n)
      const owner = Principal.parse(`guest:b${n}`)
      while (grants() < grantsMin) {
        const ids = random.pick(wishes).map((id) => SeatId.parse(id))
        const wish = { holdKey: HoldKey.parse(newKey()), owner, seats: ids, ttlMs: random.between(5, ttlMs) }
        const send = () => hear(inventory.hold(event, { ...wish, operationId: newOperation() }))
        const reply = (await send()) ?? (await send())
        if (reply?.word !== 'held' && reply?.word !== 'replayed') {
          await pause(random.between(1, 10))
          continue
        }
        const { hold } = reply
        if (!isOpen(hold)) continue
        const { createdAtMs: fromMs, untilMs } = hold
        note('hold', hold, { fromMs, toMs: fromMs, untilMs, outcome: 'done' })
        for (let steps = random.between(0, 4); steps > 0; steps--) {
          const chance = random.fraction()
          if (chance < 0.5) await prolong('extend', hold)
          else if (chance < 0.7) await release(hold)
          else if ((await prolong('pin', hold)) && random.chance(0.5)) await decide(hold)
        }
      }
    },
    /** One round of what core does about holds whose time has come: it decides against every confirm. */
    async sweep(): Promise<void> {
      const due = await hear(inventory.due(event, 0, 50))
      if (due?.word !== 'due') return
      const fromMs = nowMs()
      const pinned = due.holds.filter(({ status }) => status === 'confirming')
      for (const { grantId } of pinned) {
        acts.push({ does: 'end', grantId, seats: [], fromMs, toMs: Infinity, outcome: 'unknown' })
      }
      const verdicts = due.holds.map(({ grantId, status }) => ({
        grantId,
        verdict: status === 'confirming' ? ('decided' as const) : ('lapsed' as const),
      }))
      if (verdicts.length > 0) await hear(inventory.sweep(event, verdicts))
    },
  }
}

const networks: [string, Rule[]][] = [
  ['every answer comes', []],
  [
    'answers and requests get lost',
    [
      { fault: 'answer_reset', chance: 0.05 },
      { fault: 'reset', chance: 0.03 },
      { fault: 'latency', chance: 0.02, ms: 20 },
    ],
  ],
]

describe('I4, I5: holds that everybody wants at once', () => {
  test.each(networks)('no seat has two holders, and every hold is kept, when %s', async (name, rules) => {
    const sale = await openSale(bench, {
      ...{ seats, holdTtlMs: ttlMs, holdLifetimeMs: lifetimeMs, coolDownMs: 0 },
      ...{ holdsPerMinute: 100_000, lapsedHoldsPerOwner: 100_000 },
    })
    const history = createHistory()
    const proxy = await startFaultProxy(bench.url, seed)
    proxy.inflict(...rules)
    const clients = Array.from({ length: connections }, () => connectTcp(proxy.url))
    const lines = clients.map((client) => traffic(createInventory(tcpRunner(client)), sale.event, history))
    let isOver = false
    const core = (async () => {
      while (!isOver) await lines[0]?.sweep()
    })()
    await Promise.all(Array.from({ length: buyers }, (_, n) => lines[n % connections]?.buy(n)))
    isOver = true
    await core
    for (const client of clients) client.disconnect()
    await proxy.close()

    expect(auditHolds(history.acts)).toEqual([])
    // It was a crowd: seats went through many hands, and many came too late.
    const counts = Object.fromEntries(history.words)
    const grants = history.grants()
    for (const word of ['unavailable', 'extended', 'released', 'pinned', 'expired']) {
      expect(counts[word], word).toBeGreaterThan(0)
    }
    if (rules.length > 0) expect(counts.unknown).toBeGreaterThan(0)
    figures(`holds of ${seats.length} seats by ${buyers} buyers, ${name}`, {
      grants,
      violations: 0,
      ...counts,
    })
  })
})
