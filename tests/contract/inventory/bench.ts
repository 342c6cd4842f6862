import type { ScriptRunner } from '@holdfast/inventory'
import { connectUpstash, type UpstashAddress, upstashRunner } from '@holdfast/inventory/upstash'
import * as z from 'zod'
import { patientPlatform } from './poll.ts'

/** One Redis behind one adapter: what a suite runs against. */
export interface Bench {
  readonly runner: ScriptRunner
  /** Sends one command beside the adapter, so that a test sees what a script left behind. */
  command(...command: string[]): Promise<unknown>
  close(): Promise<void>
}

const Answer = z.object({ result: z.unknown() })

/** The Upstash adapter on any Redis that speaks Upstash's REST protocol. */
export function restBench(address: UpstashAddress, close = async () => {}): Bench {
  return {
    runner: upstashRunner(connectUpstash(address, patientPlatform)),
    async command(...command) {
      const response = await fetch(address.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${address.token}` },
        body: JSON.stringify(command),
      })
      if (!response.ok) throw new Error(`${command[0]}: ${await response.text()}`)
      return Answer.parse(await response.json()).result
    },
    close,
  }
}
