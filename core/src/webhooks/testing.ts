import {
  AppId,
  type DeliveryView,
  EndpointId,
  Notice,
  type Platform,
  systemPlatform,
  WantedNotice,
} from '@holdfast/contract'
import { Webhook } from 'standardwebhooks'
import type { World } from '../bookings/testing.ts'
import type { Core } from '../context.ts'
import { relayOnce } from '../outbox/relay.ts'
import { pokeHeadStartMs } from '../outbox/rows.ts'
import { settleDue } from '../payments/settle-due.ts'
import type { Delivering } from './attempt-delivery.ts'
import { deleteEndpoint } from './delete-endpoint.ts'
import { openLanes } from './deliver.ts'
import { putEndpoint } from './put-endpoint.ts'
import { listDeliveries, readEndpoint } from './read-endpoints.ts'
import { sendTest } from './send-test.ts'
import type { Send, Sent } from './sender.ts'

/** One call that a receiver got. */
export interface Heard {
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly notice: Notice
}

/** A receiver that answers as it is told, 204 at first, and remembers what it heard. */
export function createReceiver() {
  const heard: Heard[] = []
  let answer: () => Promise<Sent> = async () => ({ word: 'answered', status: 204 })
  return {
    heard,
    say(status: number) {
      answer = async () => ({ word: 'answered', status })
    },
    be(how: () => Promise<Sent>) {
      answer = how
    },
    hear(call: Parameters<Send>[0]): Promise<Sent> {
      const { headers, body } = call
      heard.push({ id: headers['webhook-id'] ?? '', headers, body, notice: Notice.parse(JSON.parse(body)) })
      return answer()
    },
    types: () => heard.map(({ notice }) => notice.type),
  }
}
export type Receiver = ReturnType<typeof createReceiver>

/** A clock that runs, and can be put forward. */
export function createClock() {
  let aheadMs = 0
  const platform: Platform = { ...systemPlatform, now: () => systemPlatform.now() + aheadMs }
  return {
    platform,
    pass(ms: number) {
      aheadMs += ms
    },
  }
}
export type Clock = ReturnType<typeof createClock>

/** What an app does with its endpoints, and receivers on the other side. */
export function endpointsOf(core: Core, appId: AppId, { pass }: Clock) {
  const receivers = new Map<string, Receiver>()
  const send: Send = async (call) => {
    const receiver = receivers.get(call.url)
    return receiver ? receiver.hear(call) : { word: 'no_answer', why: 'not_connected' }
  }
  const delivering: Delivering = { ...core, send }
  const idOf = (name: string) => EndpointId.parse(name)

  /** One look for due deliveries, and what follows from it. */
  const deliver = async (over: Partial<Delivering> = {}): Promise<void> => {
    const lanes = openLanes({ ...delivering, ...over })
    await lanes.begin()
    await lanes.ended()
  }

  return {
    delivering,
    deliver,
    idOf,
    async open(
      name: string,
      input: { events?: readonly WantedNotice[]; active?: boolean; app?: AppId } = {},
    ) {
      const { events = WantedNotice.options, active, app = appId } = input
      const url = `https://${name}.example/hooks`
      const body = { url, events: [...events], ...(active !== undefined && { active }) }
      const { endpoint } = await putEndpoint(core, { appId: app, endpointId: idOf(name), input: body })
      const receiver = receivers.get(url) ?? createReceiver()
      receivers.set(url, receiver)
      return { receiver, endpointId: idOf(name), secret: endpoint.secret ?? '', url }
    },
    /** Lets core do what is due, once when the relay may and once after each of these pauses. */
    async settle(...pausesMs: number[]) {
      for (const pauseMs of [pokeHeadStartMs, ...pausesMs]) {
        pass(pauseMs)
        await relayOnce(core)
        while ((await settleDue(core)) > 0);
        await relayOnce(core)
        await deliver()
      }
    },
    log: async (name: string, app = appId): Promise<DeliveryView[]> =>
      (await listDeliveries(core, app, idOf(name), { limit: 100 })).deliveries,
    read: (name: string) => readEndpoint(core.store, appId, idOf(name)),
    close: (name: string) => deleteEndpoint(core, appId, idOf(name)),
  }
}
export type Endpoints = ReturnType<typeof endpointsOf>

/** Another app than the one of a world. */
export const otherApp = AppId.parse('app_other')

/** Worlds with a clock, endpoints, and messages that can be put into their queues. */
export const deliveryWorlds = (make: (overrides: Partial<Core>) => Promise<World>) => async () => {
  const clock = createClock()
  const world = await make({ platform: clock.platform })
  const hooks = endpointsOf(world.core, world.appId, clock)
  const test = (name: string) => sendTest(world.core, world.appId, hooks.idOf(name))
  return { ...world, clock, hooks, test }
}

/** What a receiver's library says of a call. */
export const verified = ({ body, headers }: Pick<Heard, 'body' | 'headers'>, secret: string): unknown =>
  new Webhook(secret).verify(body, headers)
