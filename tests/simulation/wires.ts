import { inventoryCallMs, paymentCallMs } from '@holdfast/contract'
import type { Provider } from '@holdfast/core/src/payments/provider.ts'
import { createInventory, type Inventory } from '@holdfast/inventory'
import { tcpRunner } from '@holdfast/inventory/tcp'
import { scripts } from '../../core/inventory/generated/scripts.ts'
import type { Machine } from './machines.ts'
import type { Message, Net } from './net.ts'
import type { MemoryRedis } from './redis.ts'

/** A script as it ran in Redis: what it was given, what it said, and Redis's own time. */
export interface Ran {
  readonly script: string
  /** The first that it was given: of its event. */
  readonly key?: string | undefined
  readonly args: readonly string[]
  readonly reply: readonly string[]
}

const scriptNames = new Map<string, string>(Object.entries(scripts).map(([name, { sha1 }]) => [sha1, name]))

/** Fails when nothing came in time, whatever became of it. */
export function inTime<Answer>(
  machine: Machine,
  ms: number,
  late: () => Error,
  work: Promise<Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let isSettled = false
    work.then(resolve, reject).finally(() => (isSettled = true))
    machine.after(ms, () => isSettled || reject(late()))
  })
}

/** The inventory as a machine sees it: the real TCP adapter, on a connection that can fail. */
export function inventoryOf(
  machine: Machine,
  net: Net,
  redis: MemoryRedis,
  onScript: (ran: Ran) => void,
): Inventory {
  const late = () => new Error('Command timed out')
  const arrive = (command: readonly string[]): unknown => {
    const reply = redis.run(...command)
    const [name, script, count] = command
    if (name !== 'EVALSHA' && name !== 'EVAL') return reply
    const ran = nameOf(script ?? '')
    onScript({
      script: ran,
      key: command[3],
      args: command.slice(3 + Number(count)),
      reply: reply as string[],
    })
    return reply
  }
  const send = (...parts: (string | number)[]): Promise<unknown> => {
    const command = parts.map(String)
    const [, script = '', count] = command
    const text = `${nameOf(script)} ${command.slice(3 + Number(count)).join(' ')}`
    const message: Message<unknown> = { wire: 'redis', text, arrive: () => arrive(command), show: String }
    return inTime(machine, inventoryCallMs, late, net.send(machine, message))
  }
  const client = {
    eval: (...args: (string | number)[]) => send('EVAL', ...args),
    evalsha: (...args: (string | number)[]) => send('EVALSHA', ...args),
  }
  return createInventory(tcpRunner(client as Parameters<typeof tcpRunner>[0]))
}

const sources = new Map<string, string>(Object.entries(scripts).map(([name, { source }]) => [source, name]))
const nameOf = (script: string): string => scriptNames.get(script) ?? sources.get(script) ?? '?'

/** A payment provider as a core sees it: what does not come in time is unknown. */
export function providerOf(
  machine: Machine,
  net: Net,
  bank: Provider,
  onCapture: (paymentId: string, bookingId: string) => void,
): Provider {
  const ask = <Answer>(text: string, arrive: () => Promise<Answer>, unknown: Answer): Promise<Answer> => {
    const message: Message<Answer> = { wire: 'bank', text, arrive, show: (answer) => JSON.stringify(answer) }
    return inTime(machine, paymentCallMs, () => new Error('late'), net.send(machine, message)).catch(
      () => unknown,
    )
  }
  const { takesUnordered, order, readEvent } = bank
  return {
    ...(takesUnordered && { takesUnordered }),
    ...(order && {
      order: (request, ms) =>
        ask(`order ${request.reference}`, () => order(request, ms), { word: 'unknown' } as never),
    }),
    ...(readEvent && { readEvent }),
    identify: (claim, ms) => bank.identify(claim, ms),
    look: (charge, ms) =>
      ask(`look ${charge.paymentId}`, () => bank.look(charge, ms), { word: 'unknown' } as never),
    capture(charge, booking, ms) {
      onCapture(charge.paymentId, booking)
      return ask(`capture ${charge.paymentId}`, () => bank.capture(charge, booking, ms), 'unknown')
    },
    void: (charge, ms) => ask(`void ${charge.paymentId}`, () => bank.void(charge, ms), 'unknown'),
    refund: (charge, refund, ms) =>
      ask(`refund ${charge.paymentId} ${refund.amount}`, () => bank.refund(charge, refund, ms), 'unknown'),
  }
}
