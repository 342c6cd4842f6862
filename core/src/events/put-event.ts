import {
  type AppId,
  coreBudgetMs,
  domainDefaults,
  type EventId,
  type EventInput,
  type EventSummary,
  isCurrency,
  isDerivedEvent,
  noCurrency,
  Problem,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { applyPoke } from '../outbox/rows.ts'
import type { AppDoc, EventDoc } from '../store/schema.ts'
import { isDuplicate, type Store } from '../store/store.ts'
import { assertEventIdIsOwn } from './derived-ids.ts'
import { eventSummary } from './event-view.ts'
import { assertHoldTimes } from './hold-times.ts'
import { assertEventPayable } from './payable-prices.ts'

type Context = Pick<Core, 'store' | 'platform'>

interface Put {
  readonly appId: AppId
  readonly eventId: EventId
  readonly input: EventInput
}

interface Result {
  readonly created: boolean
  readonly event: EventSummary
}

/**
 * Creates an event, or changes what is given of one. An event has the domain of its app, which says together with
 * the app what a new one starts with. Its currency stays: prices are in it. Changed settings reach the inventory by
 * the outbox row written with them.
 */
export async function putEvent(ctx: Context, { appId, eventId, input }: Put): Promise<Result> {
  const app = await ctx.store.get(appId, 'apps', {})
  if (!app) throw new Problem('not_found')
  if (input.domain !== undefined && input.domain !== app.domain) {
    throw refusal('domain', `is that of the app: ${app.domain}`)
  }
  const known = isCurrency(input.currency) || (await ctx.store.get(appId, 'events', { eventId }))
  if (!known) throw refusal('currency', noCurrency)
  if (isDerivedEvent(eventId) && !(await ctx.store.get(appId, 'events', { eventId })))
    await assertEventIdIsOwn(ctx.platform, eventId, input.name)
  const fresh = newEvent(app, eventId, input, new Date(ctx.platform.now()))
  checkTimes(fresh)
  assertHoldTimes(fresh, input)
  try {
    await ctx.store.insert(appId, 'events', fresh)
    return { created: true, event: eventSummary(fresh) }
  } catch (error) {
    if (!isDuplicate(error, 'events', 'primary')) throw error
  }
  const event = await changeEvent(ctx, app, { appId, eventId, input })
  return { created: false, event: eventSummary(event) }
}

const newEvent = (app: AppDoc, eventId: EventId, input: EventInput, createdAt: Date): EventDoc => ({
  appId: app.appId,
  eventId,
  currency: input.currency,
  domain: app.domain,
  startsAt: null,
  sale: 'open',
  onSaleAt: null,
  offSaleAt: null,
  charges: [],
  cancellation: null,
  seatsBookedPerOwner: null,
  ...domainDefaults[app.domain],
  ...given(app.eventDefaults),
  ...changesOf(input),
  rev: 1,
  epoch: 0,
  buildingSince: null,
  restsSince: null,
  seatCount: 0,
  frame: null,
  createdAt,
})

async function changeEvent(
  ctx: Context,
  { paymentProvider: provider }: AppDoc,
  { appId, eventId, input }: Put,
): Promise<EventDoc> {
  const changes = changesOf(input)
  const poke = applyPoke({ appId, eventId }, ctx.platform)
  await ctx.store.transaction(coreBudgetMs, async (tx) => {
    const before = await tx.get(appId, 'events', { eventId })
    if (!before) throw new Problem('not_found')
    if (before.currency !== input.currency) throw refusal('currency', 'cannot change')
    checkTimes({ ...before, ...changes })
    assertHoldTimes({ ...before, ...changes }, changes)
    // The app may have got another provider while it was closed.
    if (before.sale === 'closed' && changes.sale === 'open')
      await assertEventPayable(tx, before, { path: 'sale', provider })
    await tx.updateIf(
      appId,
      'events',
      { eventId },
      { set: { ...changes, restsSince: null }, inc: { rev: 1 } },
    )
    await tx.insert(appId, 'outbox', poke)
  })
  return readBack(ctx.store, appId, eventId)
}

async function readBack(store: Store, appId: AppId, eventId: EventId): Promise<EventDoc> {
  const event = await store.get(appId, 'events', { eventId })
  if (!event) throw new Problem('not_found')
  return event
}

/** What the input says of an event, currency and domain aside. */
function changesOf({ currency, domain, startsAt, onSaleAt, offSaleAt, name, ...rest }: EventInput) {
  const times = { startsAt: timeOf(startsAt), onSaleAt: timeOf(onSaleAt), offSaleAt: timeOf(offSaleAt) }
  return { name, ...given(rest), ...given(times) }
}

const timeOf = (text: string | null | undefined): Date | null | undefined =>
  typeof text === 'string' ? new Date(text) : text

type Given<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> }

/** The fields that say something. */
const given = <Fields extends object>(fields: Fields): Given<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<Fields>

function checkTimes({ onSaleAt, offSaleAt }: Pick<EventDoc, 'onSaleAt' | 'offSaleAt'>): void {
  if (onSaleAt && offSaleAt && onSaleAt >= offSaleAt) throw refusal('offSaleAt', 'must be after onSaleAt')
}

const refusal = (path: string, message: string) =>
  new Problem('invalid_request', { errors: [{ path, message }] })
