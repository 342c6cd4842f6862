import { inventoryCallMs } from '@holdfast/contract'
import { Redis } from 'ioredis'
import { scripts } from './generated/scripts.ts'
import type { ScriptRunner } from './inventory.ts'
import { InventoryFault } from './port.ts'

/** A connection to an ordinary Redis or Valkey. Reconnects by itself; a command that outlives `callMs` fails. */
export function connectTcp(url: string, callMs = inventoryCallMs): Redis {
  const client = new Redis(url, {
    commandTimeout: callMs,
    connectTimeout: callMs,
    // By default a connection whose other end has vanished without a word is kept, and every command on it fails.
    socketTimeout: callMs,
    // A command waits for a reconnect no longer than for its reply; scripts are safe to deliver again.
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
    autoResendUnfulfilledCommands: true,
    // Decisions are made on the primary only.
    readOnly: false,
    enableAutoPipelining: false,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    showFriendlyErrorStack: false,
  })
  // Without a listener the client prints every failed connect. Whoever waits for a reply gets a fault.
  client.on('error', () => {})
  return client
}

/** Runs the scripts over TCP. */
export function tcpRunner(client: Pick<Redis, 'eval' | 'evalsha'>): ScriptRunner {
  return {
    async run(name, keys, args) {
      const { source, sha1 } = scripts[name]
      try {
        return await client.evalsha(sha1, keys.length, ...keys, ...args).catch((error: unknown) => {
          if (!isNoScript(error)) throw error
          return client.eval(source, keys.length, ...keys, ...args)
        })
      } catch {
        throw new InventoryFault(name)
      }
    },
  }
}

const isNoScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT')
