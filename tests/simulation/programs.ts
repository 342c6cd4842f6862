import { coreBudgetMs, edgeBudgetMs, inventoryCallMs, paymentCallMs } from '@holdfast/contract'
import { createCoreApp } from '@holdfast/core/src/app.ts'
import { createReceipts } from '@holdfast/core/src/bookings/receipts.ts'
import type { Core } from '@holdfast/core/src/context.ts'
import type { Identities } from '@holdfast/core/src/identities.ts'
import { createDrift } from '@holdfast/core/src/reconcile/drift.ts'
import { createInspection } from '@holdfast/core/src/reconcile/inspect.ts'
import type { Keepers } from '@holdfast/core/src/reconcile/loop.ts'
import { unobserved } from '@holdfast/core/src/telemetry/observe.ts'
import { plainPasswords, tokenSecrets } from '@holdfast/core/src/users/testing.ts'
import { createTokenIssuer } from '@holdfast/core/src/users/tokens.ts'
import { createEdgeApp } from '@holdfast/edge/src/app.ts'
import { type CorePort, CoreUnreachable } from '@holdfast/edge/src/ports.ts'
import { createLocalLimiter } from '@holdfast/edge/src/rate-gate.ts'
import { settings } from '@holdfast/edge/src/testing-data.ts'
import type { Machine } from './machines.ts'
import { readingReplica } from './replica.ts'
import { remoteStore } from './store/remote.ts'
import { inventoryOf, providerOf } from './wires.ts'
import type { Host, Listener, Setting } from './world.ts'

/** An answer as it comes over a wire. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

/** A program that answers requests. */
export interface Program {
  serve(request: Request): Promise<Answer>
}

export interface CoreProgram extends Program {
  readonly core: Core
  /** Where its comparison of Redis with the store stands: known to this start of it only. */
  readonly keepers: Keepers
}
export type EdgeProgram = Program

type App = { fetch(request: Request): Response | Promise<Response> }

/** Within what a machine must have answered that goes on all the while, and who is told when it has not. */
interface Deadline {
  readonly ms: number
  readonly late: Listener['late']
}

/** What core says of work that it drops because nobody waits for it. */
const isDropped = ({ status, text }: Answer): boolean => status === 503 && text.includes('"overloaded"')

/** Answers on its machine: nothing begins there while it stands still. */
const serving =
  (machine: Machine, app: App, { ms, late }: Deadline) =>
  (request: Request) =>
    new Promise<Answer>((resolve, reject) => {
      machine.after(0, () => {
        const undisturbed = machine.disturbances()
        let isAnswered = false
        machine.after(ms, () => {
          if (isAnswered || machine.disturbances() !== undisturbed) return
          late(`${request.method} ${new URL(request.url).pathname} at ${machine.name}`, ms)
        })
        const answer = async () => {
          const response = await app.fetch(request)
          const text = await response.text()
          isAnswered = true
          return { status: response.status, text, headers: response.headers }
        }
        answer().then(resolve, reject)
      })
    })

/** RFC 8037, appendix A: a key that everybody knows. */
const receiptKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}

/** What core began within its budget may end after it: a call of the provider, and what is recorded of that. */
const coreAnswerMsMax = 2 * coreBudgetMs + paymentCallMs
/** The edge may have to ask core whose key that is, and Redis before and after it asks core for what is wanted. */
const edgeAnswerMsMax = 2 * edgeBudgetMs + 3 * inventoryCallMs

/** The real core on a machine of a world. */
export function startCore(machine: Machine, setting: Setting): CoreProgram {
  const { net, redis, store, bank, listener } = setting
  const { platform } = machine
  const provider = providerOf(machine, net, bank.provider, listener.captures)
  const core: Core = {
    store: remoteStore(machine, store, setting),
    inventory: inventoryOf(machine, net, redis, listener.ran),
    platform,
    findProvider: () => provider,
    receipts: receiptsOn(machine),
    // Where something was thrown has names of folders in it.
    log: ({ frames: _, ...entry }) => {
      setting.scheduler.note(`${machine.name} logs ${JSON.stringify(entry)}`)
      if (entry.event === 'invariant_broken') listener.alarmed(String(entry.invariant))
    },
    observe: unobserved,
    rebuildWaitMs: coreBudgetMs,
    retention: setting.retention,
  }
  const { hasher } = plainPasswords()
  const identities: Identities = {
    passwords: hasher,
    adminPasswords: hasher,
    keyHasher: hasher,
    tokens: createTokenIssuer(tokenSecrets, platform),
    admins: [{ name: 'admin', email: 'admin@example.com', role: 'operator', passwordHash: 'plain:admin' }],
  }
  const keepers = { drift: createDrift(core), inspection: createInspection(core) }
  const app = createCoreApp(core, identities, settings.edgeKeys)
  const answer = serving(machine, app, { ms: coreAnswerMsMax, late: listener.late })
  const serve: Program['serve'] = async (request) => {
    const answered = await answer(request)
    if (isDropped(answered)) setting.sometimes.count('F37')
    return answered
  }
  return { core, keepers, serve }
}

/** Receipts whose time is the machine's. */
function receiptsOn({ platform }: Machine): Core['receipts'] {
  const made = createReceipts(receiptKey, platform)
  return {
    jwks: { keys: [] },
    sign: async (booking) => (await made).sign(booking),
    signCancellation: async (booking, cancellation) => (await made).signCancellation(booking, cancellation),
  }
}

/** The real edge on a machine of a world, in front of some cores. */
export function startEdge(
  machine: Machine,
  { scheduler, net, faults, redis, sometimes, listener, sells }: Setting,
  cores: readonly Host<CoreProgram>[],
): EdgeProgram {
  const core: CorePort = async (path, { method, headers, body }) => {
    const { machine: other, program } = scheduler.random.pick(cores)
    const text = `${method} ${path} at ${other.name}`
    if (path.endsWith('/confirm')) sells()
    const arrive = () => {
      if (!other.isUp()) throw new CoreUnreachable()
      return program.serve(new Request(`http://core${path}`, { method, headers, ...(body && { body }) }))
    }
    const show = (answer: Answer) => `${answer.status} ${answer.text.slice(0, 120)}`
    const {
      status,
      text: body_,
      headers: told,
    } = await net.send(machine, { wire: 'core', text, arrive, show })
    return new Response(status === 204 ? null : body_, { status, headers: told })
  }
  const app = createEdgeApp({
    platform: machine.platform,
    inventory: readingReplica(inventoryOf(machine, net, redis, listener.ran), scheduler, faults),
    core,
    limiter: async (rule) => {
      if (scheduler.random.chance(0.02)) {
        sometimes.count('F36')
        throw new Error('the limiter is out')
      }
      return createLocalLimiter(machine.platform, 1)({ ...rule, limit: 1_000 })
    },
    cache: { get: async () => null, set: async () => {} },
    clientAddress: () => '198.51.100.7',
    log: () => {},
    settings,
  })
  return { serve: serving(machine, app, { ms: edgeAnswerMsMax, late: listener.late }) }
}
