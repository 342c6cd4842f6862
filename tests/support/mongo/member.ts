import { Long, ObjectId } from 'bson'
import * as z from 'zod'
import { parsed } from './requests.ts'
import type { Doc } from './values.ts'

/** Limits and versions that a server of MongoDB 7.0 tells (manual/reference/command/hello, "Output"). */
const limits = {
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 21,
  readOnly: false,
} as const

/** What `buildInfo` answers, to fit the wire version above. */
export const buildInfo = { version: '7.0.0', versionArray: [7, 0, 0, 0], modules: [], bits: 64 } as const

/** The names of the handshake and of monitoring; the old two are for drivers that know no `hello` yet. */
export const helloNames: ReadonlySet<string> = new Set(['hello', 'isMaster', 'ismaster'])

const TopologyVersion = z.object({ processId: z.instanceof(ObjectId), counter: z.coerce.number() })
const Hello = z.object({
  topologyVersion: TopologyVersion.optional(),
  maxAwaitTimeMS: z.int().nonnegative().optional(),
})

/** The only member of the replica set `rs0`: primary, or for a moment not. */
export type Member = ReturnType<typeof createMember>

/** A member at this address, elected; `differs` is what its hello tells in another way, of a server that is unfit. */
export function createMember(address: string, differs: Doc = {}) {
  const processId = new ObjectId()
  let counter = 0
  let elections = 1
  let primary = true
  let election: NodeJS.Timeout | undefined
  let change = Promise.withResolvers<void>()

  const topologyVersion = (): Doc => ({ processId, counter: Long.fromNumber(counter) })

  /** Tells the monitors; each election has a higher id (specifications, server-discovery-and-monitoring.md). */
  const become = (next: 'primary' | 'secondary'): void => {
    primary = next === 'primary'
    if (primary) elections += 1
    counter += 1
    change.resolve()
    change = Promise.withResolvers()
  }

  return {
    topologyVersion,

    isPrimary: (): boolean => primary,

    /** Is secondary until the next election. */
    stepDown: (electionMs: number): void => {
      become('secondary')
      clearTimeout(election)
      election = setTimeout(() => become('primary'), electionMs)
    },

    /** Holds no more elections. */
    stop: (): void => clearTimeout(election),

    hello: (connectionId: number): Doc => ({
      helloOk: true,
      isWritablePrimary: primary,
      ismaster: primary,
      secondary: !primary,
      setName: 'rs0',
      setVersion: 1,
      hosts: [address],
      me: address,
      ...(primary && {
        primary: address,
        electionId: ObjectId.createFromHexString(`7fffffff${elections.toString(16).padStart(16, '0')}`),
      }),
      localTime: new Date(),
      connectionId,
      ...limits,
      ...differs,
    }),

    /**
     * Waits as an awaitable hello does: until something has changed since the version that the client knows, or
     * `maxAwaitTimeMS` is over (specifications, server-monitoring.md, "Streaming protocol").
     */
    awaitChange: async (command: Doc): Promise<void> => {
      const { topologyVersion: known, maxAwaitTimeMS } = parsed(Hello, command)
      if (known === undefined || maxAwaitTimeMS === undefined) return
      if (!known.processId.equals(processId) || known.counter !== counter) return
      const over = Promise.withResolvers<void>()
      const timer = setTimeout(over.resolve, maxAwaitTimeMS).unref()
      await Promise.race([change.promise, over.promise])
      clearTimeout(timer)
    },
  }
}
