import { createMachine, type Machine } from './machines.ts'
import type { Answer } from './programs.ts'
import type { World } from './world.ts'

/** Something that a client was told. */
export interface Told {
  readonly who: string
  readonly action: 'hold' | 'extend' | 'release' | 'order' | 'confirm' | 'cancel' | 'move' | 'webhook'
  /** The grant, or the booking of a cancellation; of a hold, nothing yet. */
  readonly subject: string
  readonly key: string
  /** What the key stands for. */
  readonly asked: string
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
}

/** Who hears of all that clients are told. */
export type Tell = (told: Told) => void

/** How long a client waits for an answer, and how often it asks again. */
const patienceMs = 20_000
const asksMax = 8

/** A client of the shop that asks again until it knows. */
export interface Client {
  readonly machine: Machine
  /** Asks with a key until the answer is final; null when it gave up. */
  ask(call: Call): Promise<Told | null>
  /** The availability of the event, one byte a seat, as somebody has told it; null when nobody did. */
  look(): Promise<string | null>
}

export interface Call {
  readonly action: Told['action']
  readonly subject: string
  readonly path: string
  readonly method?: string
  readonly key: string
  readonly body?: object
}

const isFinal = ({ status, body }: Told): boolean =>
  status < 300 ? status !== 202 : body.retryable === false

/** Who has the key of another app. */
const strangers: ReadonlySet<string> = new Set(['stranger', 'thief'])

/** Two networks of one address each, and two addresses of one network of IPv6. */
const addresses = ['198.51.100.7', '203.0.113.9', '2001:db8:1:1::7', '2001:db8:1:2::9'] as const

/** Where somebody asks from: mostly where they live, as others do, and sometimes from elsewhere. */
function addressOf(random: World['scheduler']['random'], who: string): string {
  const home = addresses[who.charCodeAt(who.length - 1) % addresses.length] ?? addresses[0]
  return random.chance(0.2) ? random.pick(addresses) : home
}

/** A client that asks for `who`, or for the shop itself. */
export function createClient(world: World, who: string, tell: Tell): Client {
  const { scheduler, net, edges } = world
  const machine = createMachine(who, scheduler, () => {})
  const send = async (path: string, init: RequestInit, text: string): Promise<Answer | null> => {
    const host = scheduler.random.pick(edges)
    const arrive = (): Answer | Promise<Answer> => {
      if (!host.machine.isUp()) return { status: 502, text: '{"retryable":true}', headers: new Headers() }
      return host.program.serve(new Request(`http://shop${path}`, init))
    }
    const show = (answer: Answer) => `${answer.status} ${answer.text.slice(0, 160)}`
    const late = machine.platform.sleep(patienceMs).then(() => null)
    const message = { wire: 'buyer', text: `${text} at ${host.machine.name}`, arrive, show } as const
    return Promise.race([net.send(machine, message), late])
  }
  const apiKey = strangers.has(who) ? world.strangerKey : world.secretKey
  const once = async ({ action, subject, path, method = 'POST', key, body }: Call): Promise<Told | null> => {
    const headers = {
      'x-api-key': apiKey,
      'idempotency-key': key,
      'content-type': 'application/json',
      ...(who !== 'shop' && {
        'x-external-user-id': who,
        'x-client-address': addressOf(scheduler.random, who),
      }),
    }
    const asked = body ? JSON.stringify(body) : ''
    const init = { method, headers, ...(body && { body: asked }) }
    const answer = await send(path, init, `${action} ${key} ${asked}`)
    if (!answer) return null
    const told = JSON.parse(answer.text || '{}') as Told['body']
    return { who, action, subject, key, asked, status: answer.status, body: told, text: answer.text }
  }
  return {
    machine,
    async ask(call) {
      for (let asks = 0; asks < asksMax; asks++) {
        const told = await once(call)
        if (told) tell(told)
        if (told && isFinal(told) && !scheduler.random.chance(0.15)) return told
        await machine.platform.sleep(scheduler.random.between(200, 4_000))
      }
      return null
    },
    async look() {
      const headers = { 'x-api-key': apiKey, accept: 'application/octet-stream' }
      const answer = await send('/v1/events/theatre/seats', { headers }, 'look')
      return answer?.status === 200 ? answer.text : null
    },
  }
}
